import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { connect, type OpenDatabase } from '../server/db/open.ts'
import { createLog } from '../server/log.ts'
import { asAdmin, startTestCluster } from './cluster.ts'

interface Cluster {
  adminUrl: string
  template: string
}

/** Nothing but what a test does asks a test's database: statements are counted. */
const UNENDING = 3_600_000

let own: ReturnType<typeof startTestCluster> | undefined
after(async () => (await own)?.close())

async function cluster(): Promise<Cluster> {
  const shared = process.env.CARNET_TEST_CLUSTER
  if (shared) return JSON.parse(shared)
  own ??= startTestCluster()
  return own
}

/**
 * A fresh migrated database on a real PostgreSQL, made in some tens of milliseconds. Close it when done: that drops it.
 * With `empty`, nothing is migrated.
 */
export async function openTestDatabase({ empty = false } = {}): Promise<OpenDatabase> {
  const { adminUrl, template } = await cluster()
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin(adminUrl, `create database ${name} owner carnet template ${empty ? 'template0' : template}`)
  const url = new URL(adminUrl)
  url.username = 'carnet'
  url.pathname = name
  const connected = connect(url.href, 10, createLog('error'), { patience: UNENDING })
  return {
    ...connected,
    connectionString: url.href,
    lost: new Promise(() => {}),
    close: async () => {
      await connected.close()
      await asAdmin(adminUrl, `drop database ${name} with (force)`)
    },
  }
}
