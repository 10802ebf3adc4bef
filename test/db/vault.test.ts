import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nameOf } from '../../server/blobs/blobs.ts'
import { fingerprintOf, readMasterKey, rotateMasterKey } from '../../server/master-key.ts'
import { StartError } from '../../server/start-error.ts'
import { alone } from '../../server/upkeep/alone.ts'
import { createVault, readFingerprint, rewrapCompanyKeys } from '../../server/vault.ts'
import { startNode } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld } from '../world.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const from = {
    dataDir: world.dataDir,
    masterKey: undefined,
    masterKeyFile: undefined,
    masterKeyNext: undefined,
  }
  const open = () => createVault({ db: world.db, readMasterKey: (wanted) => readMasterKey(from, wanted) })
  const wanted = async () => (await readFingerprint(world.db)) ?? assert.fail('nothing is sealed')
  const rotate = async () =>
    rotateMasterKey(from, await wanted(), (keys) => rewrapCompanyKeys(world.db, keys))
  return { world, company, from, open, wanted, rotate, path: join(world.dataDir, 'master.key') }
}

const hex = (secret: Uint8Array) => Buffer.from(secret).toString('hex')

test('each file has a secret of its own, wrapped by the key of its company, which every process knows', async (t) => {
  const { world, company, open } = await enter(t)
  const other = await world.addCompany()
  const [here, there] = [await open(), await open()]
  const wrapped = await Promise.all(
    [company.id, company.id, other.id, null].flatMap((id) => [here.newSecret(id), there.newSecret(id)]),
  )
  const secrets = await Promise.all(wrapped.map((one) => there.unwrap(one).then(hex)))
  assert.equal(new Set(secrets).size, wrapped.length)
  assert.deepEqual(await Promise.all(wrapped.map((one) => here.unwrap(one).then(hex))), secrets)
  assert.equal((await world.db.selectFrom('company_key').selectAll().execute()).length, 3)
  const beside = await here.newSecretBeside(wrapped[4] ?? '')
  assert.equal(beside.split('.')[0], wrapped[4]?.split('.')[0])
  assert.notEqual(hex(await there.unwrap(beside)), secrets[4])
})

test('what nobody here wrapped is refused', async (t) => {
  const { company, open } = await enter(t)
  const vault = await open()
  const wrapped = await vault.newSecret(company.id)
  const flipped = wrapped.slice(0, -2) + (wrapped.endsWith('AA') ? 'BB' : 'AA')
  for (const bad of ['', '1', flipped, `9${wrapped}`, `${wrapped}x`, `${wrapped}\n`, `-${wrapped}`])
    await assert.rejects(vault.unwrap(bad), TypeError, bad)
})

test('the master key stands in no row, and the file is for its owner only', async (t) => {
  const { world, company, open, path } = await enter(t)
  await (await open()).newSecret(company.id)
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const [row] = await world.db.selectFrom('company_key').selectAll().execute()
  assert.equal(row?.master, fingerprintOf(key))
  assert.ok(!JSON.stringify(row).includes(hex(key)))
})

test('without the master key, or with another, the start is refused with a line that says what to do', async (t) => {
  const { company, open, path } = await enter(t)
  await (await open()).newSecret(company.id)
  await rename(path, `${path}.away`)
  await assert.rejects(
    open(),
    (error: Error) => error instanceof StartError && /is missing/.test(error.message),
  )
  await writeFile(path, hex(randomBytes(32)))
  await assert.rejects(
    open(),
    (error: Error) => error instanceof StartError && /put that one back/i.test(error.message),
  )
  assert.equal((await readFile(path, 'utf8')).length, 64, 'it is left alone')
  await writeFile(path, 'torn')
  await assert.rejects(open(), StartError)
  await rm(path)
  await rename(`${path}.away`, path)
  await open()
})

test('another master key: what was sealed is read on, by processes that run meanwhile too', async (t) => {
  const { world, company, open, rotate, wanted, path } = await enter(t)
  const running = await open()
  const before = await running.newSecret(company.id)
  const secret = hex(await running.unwrap(before))
  const [old, key] = [await wanted(), (await readFile(path, 'utf8')).trim()]
  assert.match(await rotate(), /The new master key is in/)
  assert.notEqual(await wanted(), old)
  assert.equal((await readFile(`${path}.${old}`, 'utf8')).trim(), key, 'the former is kept for old backups')
  assert.equal(hex(await (await open()).unwrap(before)), secret)
  const another = await world.addCompany()
  const after = await running.newSecret(another.id)
  assert.equal(hex(await (await open()).unwrap(after)), hex(await running.unwrap(after)))
  assert.deepEqual(new Set(await readdir(world.dataDir)).has('master.key.next'), false)
})

test('a rotation that is cut off anywhere can be read through, and repeated', async (t) => {
  const { world, company, from, open, rotate, wanted, path } = await enter(t)
  const wrapped = await (await open()).newSecret(company.id)
  const secret = hex(await (await open()).unwrap(wrapped))
  const cut = new Error('cut off')
  const holds = async () => assert.equal(hex(await (await open()).unwrap(wrapped)), secret)

  await assert.rejects(
    rotateMasterKey(from, await wanted(), () => Promise.reject(cut)),
    cut,
  )
  await holds()
  const first = await wanted()
  await assert.rejects(
    rotateMasterKey(from, first, async (keys) => {
      await rewrapCompanyKeys(world.db, keys)
      throw cut
    }),
    cut,
  )
  assert.notEqual(await wanted(), first)
  await holds()
  await rotate()
  await holds()
  assert.equal((await readFile(`${path}.${first}`, 'utf8')).trim().length, 64)
  await rotate()
  await holds()

  // As a former version left it, which rewrapped before it put the key in place.
  await rename(path, `${path}.next`)
  await holds()
  await writeFile(path, `${'ab'.repeat(32)}\n`)
  await holds()
  const now = await wanted()
  await rotate()
  assert.equal(await wanted(), now, 'that one was all but through')
  await holds()

  // Cut off between putting the former aside and the new one in place; and before both.
  await rename(path, `${path}.${now}`)
  await holds()
  await rotate()
  await holds()
  await writeFile(`${path}.next`, `${'cd'.repeat(32)}\n`)
  await holds()
  await rotate()
  await holds()
  const kept = (await readdir(world.dataDir)).filter((name) => name.startsWith('master.key'))
  const keys = await Promise.all(kept.map((name) => readFile(join(world.dataDir, name), 'utf8')))
  for (const key of ['ab', 'cd']) assert.ok(keys.includes(`${key.repeat(32)}\n`), 'no key is ever deleted')
})

test('the master key is changed by one at a time', async (t) => {
  const { world, company, open, wanted } = await enter(t)
  await (await open()).newSecret(company.id)
  const before = await wanted()
  const rotate = () =>
    startNode(['server/main.ts', 'rotate-master-key'], {
      DATA_DIR: world.dataDir,
      DATABASE_URL: world.database.connectionString,
    }).ended
  await alone(world.db, 'rotate', async () => {
    const { code, stderr } = await rotate()
    assert.deepEqual([code, stderr], [1, 'carnet: the master key is being changed already\n'])
  })
  assert.equal(await wanted(), before)
  assert.equal((await rotate()).code, 0)
  assert.notEqual(await wanted(), before)
  await open()
})

test('a key that can’t be replaced, for it is mounted by itself, is left as it is, and wanted still', async (t) => {
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return t.skip('this user mounts nothing')
  const { world, company, open, wanted, path } = await enter(t)
  await (await open()).newSecret(company.id)
  const before = await wanted()
  const inside = await makeTempFolder()
  await writeFile(join(inside, 'key'), '')
  const { stdout } = spawnSync(
    'unshare',
    [
      '-m',
      'sh',
      '-c',
      'mount --bind "$0" "$1" && "$2" server/main.ts rotate-master-key 2>&1',
      path,
      join(inside, 'key'),
      process.execPath,
    ],
    {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        DATA_DIR: world.dataDir,
        DATABASE_URL: world.database.connectionString,
        MASTER_KEY_FILE: join(inside, 'key'),
      },
    },
  )
  assert.match(stdout, /can't be replaced .*mounted by itself\? Nothing has changed/)
  assert.equal(await wanted(), before)
  await open()
})

test('a key in the environment is changed for the next one there', async (t) => {
  const { world, from } = await enter(t)
  const company = await world.addCompany()
  const [one, two] = [hex(randomBytes(32)), hex(randomBytes(32))]
  await world.db.deleteFrom('company_key').execute()
  const open = (masterKey: string) =>
    createVault({ db: world.db, readMasterKey: (wanted) => readMasterKey({ ...from, masterKey }, wanted) })
  const wrapped = await (await open(one)).newSecret(company.id)
  const wanted = (await readFingerprint(world.db)) ?? ''
  const rewrap = (keys: { from: Uint8Array; to: Uint8Array }) => rewrapCompanyKeys(world.db, keys)
  await assert.rejects(rotateMasterKey({ ...from, masterKey: one }, wanted, rewrap), /MASTER_KEY_NEXT/)
  await rotateMasterKey({ ...from, masterKey: one, masterKeyNext: two }, wanted, rewrap)
  await assert.rejects(open(one), StartError)
  assert.equal((await (await open(two)).unwrap(wrapped)).length, 32)
})

test('what is deleted can’t be read any more, even from a copy of the disk', async (t) => {
  const { world, company } = await enter(t)
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  const browser = await world.signIn(olivia)
  const item = await browser.upload('left knee', { spaceId: client.spaceId })
  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  const path = join(world.dataDir, 'blobs', nameOf(key))
  const copied = await readFile(path)
  await browser.api.files.deleteItems({ ids: [item.id] })
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.ok((await stat(path)).isFile(), 'its key is gone before its bytes are')
  const tables = await world.db.introspection.getTables()
  for (const { name, schema } of tables) {
    const { rows } = await world.database.pool.query(`select t::text as row from "${schema}"."${name}" t`)
    for (const { row } of rows) assert.ok(!row.includes(key.slice(42)), `${name} keeps the key`)
  }
  const { rows } = await world.database.pool.query(
    'select payload::text as row from graphile_worker._private_jobs',
  )
  for (const { row } of rows) assert.ok(!row.includes(key.slice(42)))
  await world.runJobs()
  await assert.rejects(stat(path))
  assert.ok(!copied.includes('left knee'))
})
