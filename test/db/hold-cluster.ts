// Starts the embedded PostgreSQL on the folder named, says so, and holds it until it is killed or told to stop.
import { startEmbedded } from '../../server/db/embedded.ts'
import { createLog } from '../../server/log.ts'

try {
  const server = await startEmbedded(process.argv[2] ?? '', createLog('error'))
  process.once('SIGTERM', () => void server.close())
  process.stdout.write(`url ${server.connectionString}\n`)
  process.stdout.write(`lost ${await server.lost}\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).name}: ${(error as Error).message}\n`)
  process.exitCode = 1
}
