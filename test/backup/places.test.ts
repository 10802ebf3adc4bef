import assert from 'node:assert/strict'
import { copyFile, cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { addressAt } from '../../server/db/embedded.ts'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { isAlive, readPostmaster, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { PASSWORD } from '../world.ts'
import { carry, command, dump, listFiles, noise, openPractice, readEveryBlob, refused } from './practice.ts'

/** Of no kind that anything is made of to look at: what is stored is what was sent. */
const WORDS = '\0left knee'

const log = createLog('error')

/** Carnet with its embedded PostgreSQL, as `npm start` runs it. */
async function start(t: TestContext, dataDir: string) {
  const app = command(['start'], { dataDir }, { PORT: '0' })
  t.after(async () => {
    app.child.kill('SIGKILL')
    await app.ended
  })
  const [, url = ''] = await app.says(/^Carnet is ready: (.*)$/m)
  const { pid, socketFolder } = await readPostmaster(join(dataDir, 'postgres'))
  t.after(() => until('the database ends', async () => !(await isAlive(pid))))
  const connectionString = addressAt(socketFolder)
  const connected = connect(connectionString, 3, log)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= connected.close()
    return closing
  }
  t.after(close)
  const stop = async () => {
    await close()
    app.child.kill('SIGTERM')
    assert.equal((await app.ended).code, 0)
  }
  const database = { ...connected, close, connectionString, lost: new Promise<string>(() => {}) }
  return { url, database, stop }
}

async function signIn(url: string, email: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  assert.equal(answer.status, 200)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}

async function read(url: string, cookie: string, itemId: string): Promise<string> {
  const answer = await fetch(`${url}/api/items/${itemId}/content`, { headers: { Cookie: cookie } })
  assert.equal(answer.status, 200)
  return answer.text()
}

/** A practice that runs with the embedded database, used by a second process too. */
async function runPractice(t: TestContext, dataDir: string) {
  const running = await start(t, dataDir)
  const practice = await openPractice(t, { database: running.database, dataDir })
  return { ...running, ...practice }
}

test('the embedded database is backed up while it runs, and when it is stopped; sessions outlive the machine', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const { url, stop, world, owner, send } = await runPractice(t, dataDir)
  const item = await send(WORDS)
  await send(noise(300_000))
  const cookie = await signIn(url, owner.email)
  const dir = join(await makeTempFolder(), 'backup')
  await carry(['backup', dir], { dataDir })
  assert.match(await refused(['start'], { dataDir }, { PORT: '0' }), /another Carnet already uses/)
  assert.equal(await read(url, cookie, item.id), WORDS, 'it goes on')
  const before = await dump(world.database.pool)
  await world.close()
  await stop()
  await carry(['backup', dir], { dataDir })

  for (const snapshot of await readdir(join(dir, 'snapshots'))) {
    const machine = join(await makeTempFolder(), 'data')
    await mkdir(machine)
    await copyFile(join(dataDir, 'master.key'), join(machine, 'master.key'))
    await carry(['restore', dir, '--snapshot', snapshot], { dataDir: machine })
    assert.match(await refused(['restore', dir], { dataDir: machine }), /is not empty/)
    const again = await start(t, machine)
    assert.deepEqual(withoutTimes(await dump(again.database.pool)), withoutTimes(before))
    assert.equal(await readEveryBlob({ db: again.database.db, dataDir: machine }), 2)
    assert.equal(await read(again.url, cookie, item.id), WORDS)
    assert.equal(await read(again.url, await signIn(again.url, owner.email), item.id), WORDS)
    await again.stop()
  }
})

/** Every start ends the set-up link before; reading is written down. */
function withoutTimes({ invitation: _, audit_entry: __, jobs: ___, ...rows }: Record<string, unknown[]>) {
  return rows
}

test('a data folder copied while Carnet is stopped works elsewhere, under another path', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const { stop, world, owner, send } = await runPractice(t, dataDir)
  const item = await send(WORDS)
  await world.close()
  await stop()
  const elsewhere = join(await makeTempFolder(), 'a longer path', 'moved')
  await cp(dataDir, elsewhere, { recursive: true })
  const moved = await start(t, elsewhere)
  assert.equal(await read(moved.url, await signIn(moved.url, owner.email), item.id), WORDS)
  assert.equal(await readEveryBlob({ db: moved.database.db, dataDir: elsewhere }), 1)
  await moved.stop()
  // The first is as it was.
  const first = await start(t, dataDir)
  assert.equal(await read(first.url, await signIn(first.url, owner.email), item.id), WORDS)
  assert.deepEqual(await listFiles(join(elsewhere, 'blobs')), await listFiles(join(dataDir, 'blobs')))
  await first.stop()
})

test('nothing is not backed up', async () => {
  const dataDir = join(await makeTempFolder(), 'data')
  const dir = join(await makeTempFolder(), 'backup')
  assert.match(await refused(['backup', dir], { dataDir }), /there is nothing to back up/)
  assert.match(await refused(['verify-backup', dir], { dataDir }), /there is no backup in/)
})
