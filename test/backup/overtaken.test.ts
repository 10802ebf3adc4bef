import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openBackupFolder } from '../../server/backup/folder.ts'
import { restore } from '../../server/backup/restore.ts'
import { openStores } from '../../server/blobs/open.ts'
import { migrate } from '../../server/db/migrate.ts'
import { type OpenDatabase, openDatabase } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { readSettings } from '../../server/settings.ts'
import { backUpHere, emptyMachine, newDir, noise, openPractice } from './practice.ts'

const log = createLog('error')

/** The same, but for what happens before it is first connected to for more than a query. */
function after(happens: () => Promise<void>, database: OpenDatabase): OpenDatabase {
  const { pool } = database
  let happened: Promise<void> | undefined
  const connect = async () => {
    happened ??= happens()
    await happened
    return pool.connect()
  }
  return { ...database, pool: Object.assign(Object.create(pool), { connect, query: pool.query.bind(pool) }) }
}

/** Restores, while another machine of the same deployment starts Carnet on the database and somebody sets it up. */
async function restoreOvertaken(t: TestContext, when: 'while files are restored' | 'once its turn has come') {
  const practice = await openPractice(t)
  await practice.send(noise(3000))
  const dir = await newDir()
  await backUpHere(practice, dir)
  const machine = await emptyMachine(t, practice.world)
  const settings = readSettings({ DATA_DIR: machine.dataDir, DATABASE_URL: machine.url })
  const overtake = async () => {
    await migrate(machine.pool, log)
    await machine.pool.query(`insert into company (name) values ('Somebody else’s')`)
  }
  const restoring = restore({
    settings,
    folder: await openBackupFolder(dir),
    openRows: async () => {
      const database = await openDatabase(settings, log)
      t.after(database.close)
      return when === 'while files are restored' ? database : after(overtake, database)
    },
    openBytes: async () => {
      if (when === 'while files are restored') await overtake()
      return openStores(settings)
    },
    log,
  })
  await assert.rejects(restoring, /another process has begun to use the database meanwhile/)
  const { rows } = await machine.pool.query('select name from company')
  assert.deepEqual(rows, [{ name: 'Somebody else’s' }])
}

test('a restore whose database another process begins to use while files are restored is refused, and changes nothing there', (t) =>
  restoreOvertaken(t, 'while files are restored'))

test('a restore whose database another process begins to use at the last moment is refused, and changes nothing there', (t) =>
  restoreOvertaken(t, 'once its turn has come'))
