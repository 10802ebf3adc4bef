import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { startEmbedded } from '../../server/db/embedded.ts'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { isAlive, readPostmaster, startNode, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'

const log = createLog('silent' as 'error')
const HOLD = join(import.meta.dirname, 'hold-cluster.ts')

async function ask(connectionString: string, sql: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** A holder of the cluster in a process of its own, killed at the end whatever happens. */
async function hold(t: TestContext, cluster: string) {
  const holder = startNode([HOLD, cluster])
  t.after(async () => {
    holder.child.kill('SIGKILL')
    await holder.ended
  })
  const [, url = ''] = await holder.says(/^url (.*)$/m)
  const { pid, socketFolder } = await readPostmaster(cluster)
  t.after(() => until('the server is gone', async () => !(await isAlive(pid))))
  return { ...holder, url, postmaster: pid, socketFolder }
}

/** Whoever else lives in the server's session: its watchdog. */
async function watchdogsOf(postmaster: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== postmaster)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [, rest = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')
      return Number(rest.split(' ')[3]) === postmaster ? pid : 0
    }),
  )
  return found.filter(Boolean)
}

test('a first start makes a durable cluster that speaks Unicode and listens on no network', async (t) => {
  const deep = join(await makeTempFolder(), 'a-folder-with-a-long-name'.repeat(5), 'postgres')
  await mkdir(join(deep, '..'), { recursive: true })
  const server = await startEmbedded(deep, log)
  t.after(server.close)
  const [settings] = await ask(
    server.connectionString,
    `select ${[
      'fsync',
      'full_page_writes',
      'synchronous_commit',
      'data_checksums',
      'listen_addresses',
      'server_encoding',
    ]
      .map((name) => `current_setting('${name}') as ${name}`)
      .join(', ')}`,
  )
  assert.deepEqual(settings, {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    server_encoding: 'UTF8',
  })
  const [role] = await ask(
    server.connectionString,
    'select current_user as name, usesuper from pg_user where usename = current_user',
  )
  assert.deepEqual(role, { name: 'carnet', usesuper: false })
  const [text] = await ask(
    server.connectionString,
    `select lower('ÉTÉ') as lower, array(select x from unnest(array['a10', 'A2', 'é3', 'a1']) x order by x collate "und-x-icu") as sorted`,
  )
  assert.deepEqual(text, { lower: 'été', sorted: ['a1', 'a10', 'A2', 'é3'] })
  await ask(
    server.connectionString,
    'create extension pg_trgm; create extension unaccent; create extension ltree',
  )
})

test('whole numbers come as numbers, dates as text; a number too large is refused', async (t) => {
  const server = await startEmbedded(join(await makeTempFolder(), 'postgres'), log)
  t.after(server.close)
  const { pool, close } = connect(server.connectionString, 2, log)
  const { rows } = await pool.query(`select 5000000000::int8 as size, date '2026-03-01' as day`)
  assert.deepEqual(rows, [{ size: 5_000_000_000, day: '2026-03-01' }])
  await assert.rejects(pool.query('select 9007199254740993::int8'), RangeError)
  await close()
})

test('close leaves no process and no run folder; the next start finds the data', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const first = await startEmbedded(cluster, log)
  await ask(first.connectionString, 'create table kept (n int)')
  const { pid, socketFolder } = await readPostmaster(cluster)
  const watchdogs = await watchdogsOf(pid)
  assert.equal(watchdogs.length, 1)
  await first.close()
  assert.equal(await isAlive(pid), false)
  assert.equal(existsSync(socketFolder), false)
  await until('the watchdog ends', async () => !(await isAlive(watchdogs[0] ?? 0)))
  const second = await startEmbedded(cluster, log)
  t.after(second.close)
  assert.deepEqual(await ask(second.connectionString, 'select * from kept'), [])
})

test('a second process is refused in one sentence, and the first goes on', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const first = await hold(t, cluster)
  await assert.rejects(startEmbedded(cluster, log), {
    name: 'StartError',
    message: `DATA_DIR: another Carnet already uses ${cluster} (PostgreSQL is process ${first.postmaster}); stop it first`,
  })
  assert.equal((await ask(first.url, 'select 1 as n')).length, 1)
})

const unshare = ['unshare', '--pid', '--ipc', '--fork', '--mount-proc'] as const
const canUnshare = spawnSync(unshare[0], [...unshare.slice(1), 'true']).status === 0

test('a second container on the same folder, which sees no process of the first, is refused too', {
  skip: !canUnshare,
}, async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const first = await hold(t, cluster)
  const [command, ...options] = unshare
  const second = spawnSync(command, [...options, process.execPath, HOLD, cluster], { encoding: 'utf8' })
  assert.equal(second.status, 1)
  assert.match(
    second.stderr,
    /^StartError: DATA_DIR: .* is in use, perhaps by a container; stop what uses it first\n$/,
  )
  assert.equal((await ask(first.url, 'select 1 as n')).length, 1)
})

test('of several first starts at once, one wins whole and the others are refused', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const starts = await Promise.allSettled([1, 2, 3].map(() => startEmbedded(cluster, log)))
  const won = starts.filter((start) => start.status === 'fulfilled')
  for (const { value } of won) t.after(value.close)
  assert.equal(
    won.length,
    1,
    starts.map((start) => (start.status === 'rejected' ? start.reason.message : 'won')).join('\n'),
  )
  for (const start of starts) if (start.status === 'rejected') assert.equal(start.reason.name, 'StartError')
  assert.deepEqual(await readdir(join(cluster, '..')), ['postgres'])
})

test('when the app is killed its server shuts down by itself, committed rows stay, and nothing is left behind', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const { pid, postmaster, socketFolder, url } = await hold(t, cluster)
  await ask(url, 'create table kept as select 1 as n')
  process.kill(-pid, 'SIGKILL')
  await until('the server ends', async () => !(await isAlive(postmaster)))
  await until('the run folder goes', async () => !existsSync(socketFolder))
  const next = await startEmbedded(cluster, log)
  t.after(next.close)
  assert.deepEqual(await ask(next.connectionString, 'select n from kept'), [{ n: 1 }])
})

test('a restart right after a kill waits for the old server', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const { pid } = await hold(t, cluster)
  process.kill(-pid, 'SIGKILL')
  const next = await startEmbedded(cluster, log)
  await next.close()
})

test('an orphan without a watchdog is shut down and taken over', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const { pid, postmaster, socketFolder, url } = await hold(t, cluster)
  await ask(url, 'create table kept as select 1 as n')
  for (const watchdog of await watchdogsOf(postmaster)) process.kill(watchdog, 'SIGKILL')
  process.kill(-pid, 'SIGKILL')
  assert.equal(await isAlive(postmaster), true)
  const next = await startEmbedded(cluster, log)
  t.after(next.close)
  assert.equal(await isAlive(postmaster), false)
  assert.equal(existsSync(socketFolder), false)
  assert.deepEqual(await ask(next.connectionString, 'select n from kept'), [{ n: 1 }])
})

test('after everything is killed at once the next start recovers', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const { pid, postmaster, socketFolder, url } = await hold(t, cluster)
  await ask(url, 'create table kept as select n from generate_series(1, 1000) n')
  for (const victim of [...(await watchdogsOf(postmaster)), postmaster, -pid]) process.kill(victim, 'SIGKILL')
  assert.equal(existsSync(join(cluster, 'postmaster.pid')), true)
  const next = await startEmbedded(cluster, log)
  t.after(next.close)
  assert.deepEqual(await ask(next.connectionString, 'select count(*)::int as n from kept'), [{ n: 1000 }])
  assert.equal(existsSync(socketFolder), false)
})

test('a process number in postmaster.pid that is by now another program does not stand in the way', async (t) => {
  const cluster = join(await makeTempFolder(), 'postgres')
  await (await startEmbedded(cluster, log)).close()
  // Alive, the same user's, and neither PostgreSQL nor its parent.
  const { uid, gid } = await stat(cluster)
  const other = spawn('/bin/sh', ['-c', 'read _'], { ...(process.getuid?.() === 0 && { uid, gid }) })
  t.after(() => other.kill())
  const pidFile = `${other.pid}\n${cluster}\n1\n5432\n/nowhere\n\n  1 1\nready   \n`
  await writeFile(join(cluster, 'postmaster.pid'), pidFile, { mode: 0o600 })
  await chown(join(cluster, 'postmaster.pid'), uid, gid)
  await (await startEmbedded(cluster, log)).close()
})

test('a kill while the cluster is being made leaves nothing half-made', async (t) => {
  const folder = await makeTempFolder()
  const cluster = join(folder, 'postgres')
  const holder = startNode([HOLD, cluster])
  await until('initdb is at work', async () => (await readdir(folder)).some((name) => name.includes('half')))
  process.kill(-holder.pid, 'SIGKILL')
  await holder.ended
  assert.equal(existsSync(cluster), false)
  const next = await startEmbedded(cluster, log)
  t.after(next.close)
  assert.deepEqual(await readdir(folder), ['postgres'])
})

test('a server that ends by itself is told', async () => {
  const cluster = join(await makeTempFolder(), 'postgres')
  const server = await startEmbedded(cluster, log)
  process.kill((await readPostmaster(cluster)).pid, 'SIGKILL')
  assert.equal(await server.lost, 'the embedded PostgreSQL ended (SIGKILL)')
  await server.close()
  // What the killed one left in shared memory goes with the next start.
  await (await startEmbedded(cluster, log)).close()
})

test('a folder that holds something else, or another version, is refused and left alone', async () => {
  const folder = await makeTempFolder()
  await mkdir(join(folder, 'other'))
  await writeFile(join(folder, 'other', 'notes.txt'), 'mine')
  await assert.rejects(startEmbedded(join(folder, 'other'), log), /other is not a database cluster/)
  await mkdir(join(folder, 'old'))
  await writeFile(join(folder, 'old', 'PG_VERSION'), '17\n')
  await assert.rejects(
    startEmbedded(join(folder, 'old'), log),
    /made by PostgreSQL 17, and this Carnet brings PostgreSQL 18/,
  )
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), [
    'old',
    'old/PG_VERSION',
    'other',
    'other/notes.txt',
  ])
})
