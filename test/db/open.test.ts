import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEmbedded } from '../../server/db/embedded.ts'
import { migrate } from '../../server/db/migrate.ts'
import { connect, openDatabase } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { asAdmin } from '../cluster.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'

const log = createLog('silent' as 'error')

test('a connection that breaks, in use or idle, fails its query and nothing else', async (t) => {
  const database = await openTestDatabase({ empty: true })
  const { pool, close } = connect(database.connectionString, 3, log)
  t.after(() => close().then(database.close))
  const used = await pool.connect()
  const idle = await pool.connect()
  idle.release()
  const kill =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  const query = used.query('select pg_sleep(600)')
  // The pool throws the idle one away once it hears of it.
  await Promise.all([assert.rejects(query), once(pool, 'error'), database.pool.query(kill)])
  used.release(true)
  assert.equal((await pool.query('select 1 as n')).rows[0].n, 1)
})

test('DATABASE_URL serves any PostgreSQL that is fit', async (t) => {
  const other = await openTestDatabase({ empty: true })
  t.after(other.close)
  const settings = {
    databaseUrl: other.connectionString,
    databaseConnections: 2,
    statementSeconds: 30,
    dataDir: '/nowhere',
  }
  const database = await openDatabase(settings, log)
  assert.equal((await database.pool.query('select 1 as n')).rows[0].n, 1)
  assert.equal(database.connectionString, other.connectionString)
  await database.close()
})

test('a statement that takes too long is given up; a migration takes its time', async (t) => {
  const other = await openTestDatabase({ empty: true })
  const use = { databaseUrl: other.connectionString, databaseConnections: 1, statementSeconds: 1 }
  const { pool, close } = await openDatabase({ ...use, dataDir: '/nowhere' }, log)
  t.after(() => close().then(other.close))
  await assert.rejects(pool.query('select pg_sleep(600)'), { code: '57014' })
  const folder = await makeTempFolder()
  await writeFile(
    join(folder, '0001-slow.sql'),
    `create table patience as select current_setting('statement_timeout') as patience`,
  )
  await migrate(pool, log, folder)
  assert.deepEqual((await pool.query('select * from patience')).rows, [{ patience: '0' }])
  assert.deepEqual((await pool.query('show statement_timeout')).rows, [{ statement_timeout: '1s' }])
})

test('a database in another encoding is refused', async (t) => {
  const server = await startEmbedded(join(await makeTempFolder(), 'postgres'), log)
  t.after(server.close)
  await asAdmin(
    server.adminConnectionString,
    `create database old owner carnet template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
  )
  const databaseUrl = server.connectionString.replace(/carnet$/, 'old')
  const settings = { databaseUrl, databaseConnections: 2, statementSeconds: 30, dataDir: '/nowhere' }
  await assert.rejects(openDatabase(settings, log), /DATABASE_URL: .* must be UTF8, not LATIN1/)
})
