import { randomBytes } from 'node:crypto'
import { readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startEmbedded } from '../../server/db/embedded.ts'
import { migrate } from '../../server/db/migrate.ts'
import { connect } from '../../server/db/open.ts'
import { createJobs } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { isAlive, readPostmaster, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld } from '../world.ts'

const log = createLog('error')
/** In the settings: a data folder may be taken from under the app. */
export const SETTINGS = { MASTER_KEY: randomBytes(32).toString('hex') }

/**
 * A practice on a PostgreSQL of its own, as durable as in production, which can be killed and comes back. Its app
 * has ended: whoever needs one starts it.
 */
export async function openHouse(t: Pick<TestContext, 'after'>) {
  const folder = await makeTempFolder()
  const cluster = join(folder, 'postgres')
  // Its socket is elsewhere each time: this is where it is found, so that an app outlives a PostgreSQL.
  const socket = join(folder, 'socket')
  const connectionString = `postgresql://carnet@${encodeURIComponent(socket)}/carnet`
  const open = async () => {
    const server = await startEmbedded(cluster, log, { max_connections: '80' })
    await rm(socket, { force: true })
    await symlink(decodeURIComponent(new URL(server.connectionString).hostname), socket)
    return { server, ...connect(connectionString, 3, log) }
  }
  let opened = await open()
  t.after(async () => {
    await opened.close()
    await opened.server.close()
  })
  await migrate(opened.pool, log)
  await createJobs({ pool: opened.pool, log }).migrate()

  const ends: (() => unknown)[] = []
  const own = connect(connectionString, 5, log)
  const world = await createWorld(
    { after: (end) => ends.push(end as () => unknown) },
    { database: { ...own, connectionString, lost: new Promise(() => {}) }, settings: SETTINGS },
  )
  const company = await world.addCompany()
  const professional = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, professional)
  const browser = await world.signIn(professional)
  // Its files come to lie elsewhere.
  await opened.db.updateTable('installation').set({ marked: false }).execute()
  for (const end of ends) await end()

  return {
    routes: world.routes,
    browser,
    spaceId: client.spaceId,
    companyId: company.id,
    db: () => opened.db,
    connectionString,

    /** PostgreSQL, killed as it stands. */
    async killDatabase() {
      const { pid } = await readPostmaster(cluster)
      process.kill(pid, 'SIGKILL')
      await until('the database ends', async () => !(await isAlive(pid)))
    },

    /** Its processes stand still, and so does whoever waits for them; until `SIGCONT`. */
    async signalDatabase(signal: 'SIGSTOP' | 'SIGCONT') {
      const { pid } = await readPostmaster(cluster)
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
      for (const one of [pid, ...children.split(' ').filter(Boolean).map(Number)]) process.kill(one, signal)
    },

    async bringDatabaseBack() {
      await opened.close()
      opened = await open()
    },
  }
}
