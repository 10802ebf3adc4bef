import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'

// What anybody writes in Node to keep files, and nothing more: PUT /name (flushed before it is answered, with ?flush)
// GET /name, and GET /all.zip. Run by itself on a folder; the baseline of what the product adds to it.

const folder = process.argv[2] ?? '.'

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://plain')
  const path = join(folder, pathname.slice(1))
  if (request.method === 'PUT') {
    const temporary = `${path}.part`
    await pipeline(request, createWriteStream(temporary, { flush: searchParams.has('flush') }))
    await rename(temporary, path)
    if (searchParams.has('flush')) await flushFolder()
    response.writeHead(201).end()
  } else if (pathname === '/all.zip') {
    const zip = new yazl.ZipFile()
    for (const name of await readdir(folder)) zip.addFile(join(folder, name), name, { compress: false })
    zip.end()
    await pipeline(zip.outputStream, response)
  } else {
    const { size } = await stat(path)
    response.writeHead(200, { 'Content-Length': size })
    await pipeline(createReadStream(path), response)
  }
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.stdin.resume().on('end', () => process.exit())

async function flushFolder() {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
