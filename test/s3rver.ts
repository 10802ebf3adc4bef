// Run by itself, with a folder, a bucket and a port: an S3 server. It says its port once it listens.
// @ts-expect-error it has no types
import S3rver from '@20minutes/s3rver'

const [directory, name, port] = process.argv.slice(2)
const options = {
  directory,
  port: Number(port),
  address: '127.0.0.1',
  silent: true,
  // It reckons with another address of a bucket than the SDK asks for. An unknown key is refused all the same.
  allowMismatchedSignatures: true,
}
const server = new S3rver({ ...options, configureBuckets: [{ name, configs: [] }] })
process.stdout.write(`${(await server.run()).port}\n`)
