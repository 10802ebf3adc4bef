import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { isAlive, readPostmaster, startNode, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'

/** `npm start` without the build, on a data folder and a free port. */
async function start(t: TestContext, dataDir: string, env: Record<string, string> = {}) {
  const app = startNode(['server/main.ts', 'start'], { DATA_DIR: dataDir, PORT: '0', ...env })
  t.after(async () => {
    app.child.kill('SIGKILL')
    await app.ended
  })
  const [, url = ''] = await app.says(/^Carnet is ready: (.*)$/m)
  const { pid: postmaster, socketFolder } = await readPostmaster(join(dataDir, 'postgres'))
  t.after(() => until('the database ends', async () => !(await isAlive(postmaster))))
  const ask = async (sql: string) => {
    const client = new pg.Client({ host: socketFolder, user: 'carnet', database: 'carnet' })
    await client.connect()
    return (await client.query(sql).finally(() => client.end())).rows
  }
  return { ...app, url, postmaster, ask }
}

/** A start that must fail: with one line for the operator and nothing else. */
async function startRefused(env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await startNode(['server/main.ts', 'start'], env).ended
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^carnet: [^\n]+\n$/)
  return stderr
}

test('an empty data folder becomes a running app; SIGTERM stops it all; the next start finds the data', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const first = await start(t, dataDir)
  const health = await fetch(`${first.url}/healthz`)
  assert.equal(health.status, 200)
  assert.equal((await health.json()).status, 'ok')
  await first.ask('create table kept as select 1 as n')
  const secret = await readFile(join(dataDir, 'secret'), 'utf8')
  first.child.kill('SIGTERM')
  const { code, stderr } = await first.ended
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.equal(await isAlive(first.postmaster), false)

  const second = await start(t, dataDir)
  assert.deepEqual(await second.ask('select n from kept'), [{ n: 1 }])
  assert.equal(await readFile(join(dataDir, 'secret'), 'utf8'), secret)
})

test("the terminal's Ctrl-C, which goes to the whole group, stops as cleanly", async (t) => {
  const app = await start(t, join(await makeTempFolder(), 'data'))
  process.kill(-app.pid, 'SIGINT')
  const { code, stderr } = await app.ended
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.equal(await isAlive(app.postmaster), false)
})

test('after kill -9 of the group the next start recovers by itself', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const first = await start(t, dataDir)
  await first.ask('create table kept as select 1 as n')
  process.kill(-first.pid, 'SIGKILL')
  const second = await start(t, dataDir)
  assert.deepEqual(await second.ask('select n from kept'), [{ n: 1 }])
  assert.equal((await fetch(`${second.url}/healthz`)).status, 200)
})

test('a second signal exits at once, and the database still shuts down', async (t) => {
  const app = await start(t, join(await makeTempFolder(), 'data'))
  process.kill(app.postmaster, 'SIGSTOP')
  app.child.kill('SIGTERM')
  await app.says(/SIGTERM: stopping/)
  app.child.kill('SIGTERM')
  assert.equal((await app.ended).code, 1)
  process.kill(app.postmaster, 'SIGCONT')
  await until('the database ends', async () => !(await isAlive(app.postmaster)))
})

test('without its database the app ends, and says so', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const app = await start(t, dataDir)
  process.kill(app.postmaster, 'SIGKILL')
  const { code, stderr } = await app.ended
  assert.equal(code, 1)
  assert.match(stderr, /^carnet: the embedded PostgreSQL ended \(SIGKILL\)$/m)
  const next = await start(t, dataDir)
  assert.equal((await fetch(`${next.url}/healthz`)).status, 200)
})

test('nonsense in a setting, and a port in use, stop the start with one line and leave no data folder', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  assert.match(await startRefused({ DATA_DIR: dataDir, PORT: 'abc' }), /PORT must be a whole number/)
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  assert.match(await startRefused({ DATA_DIR: dataDir, PORT: String(port) }), /PORT: \d+ is already in use/)
  assert.equal(existsSync(dataDir), false)
})

test('a data folder in use, and a database that does not answer, stop the start with one line', async (t) => {
  const dataDir = join(await makeTempFolder(), 'data')
  const first = await start(t, dataDir)
  assert.match(await startRefused({ DATA_DIR: dataDir, PORT: '0' }), /another Carnet already uses /)
  assert.equal((await fetch(`${first.url}/healthz`)).status, 200)
  const nowhere = 'postgresql://me:hunter2@127.0.0.1:1/carnet'
  const line = await startRefused({ DATA_DIR: `${dataDir}2`, PORT: '0', DATABASE_URL: nowhere })
  assert.match(line, /DATABASE_URL: the database doesn't answer/)
  assert.doesNotMatch(line, /hunter2/)
})
