import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../server/db/embedded.ts'
import { migrate } from '../server/db/migrate.ts'
import { connect } from '../server/db/open.ts'
import { createJobs } from '../server/jobs.ts'
import { createLog } from '../server/log.ts'

/** A PostgreSQL for tests, without flushes. `template` is a migrated database to copy. */
export async function startTestCluster() {
  const log = createLog('error')
  const folder = await mkdtemp(join(tmpdir(), 'carnet-test-'))
  const server = await startEmbedded(join(folder, 'postgres'), log, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '400',
  })
  const close = async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { pool } = connect(server.connectionString, 1, log)
    await migrate(pool, log)
    await createJobs({ pool, log }).migrate()
    await pool.end()
  } catch (error) {
    await close()
    throw error
  }
  return { adminUrl: server.adminConnectionString, template: 'carnet', close }
}

/** Runs one statement as the superuser. */
export async function asAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
