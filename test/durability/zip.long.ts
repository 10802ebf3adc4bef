import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { newName } from '../../server/blobs/port.ts'
import { startAppProcess } from '../files/app-process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld, type World } from '../world.ts'
import { withinBounds } from './memory.ts'

const run = promisify(execFile)

const FILES = 10_000
const LARGE = 4.5 * 1024 ** 3

/** A file of nothing but zeros, which takes no room on the disk; as those lie that are not sealed. */
async function addSparseFile(world: World, like: string, name: string): Promise<void> {
  const key = newName()
  await using file = await open(join(world.dataDir, 'blobs', key), 'w')
  await file.truncate(LARGE)
  await sql`with made as (
      insert into blob (key, size, sha256, type) values (${key}, ${LARGE}, ${Buffer.alloc(32)}, 'application/octet-stream')
      returning id)
    insert into item (space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id)
    select space_id, parent_id, kind, ${name}, owner_professional_id, company_id, branch_id, level, made.id
    from item, made where item.id = ${like}::uuid`.execute(world.db)
}

/** The central directory of a ZIP, as its end says where it is; ZIP64 where the old fields are too small. */
async function readDirectory(path: string) {
  await using file = await open(path)
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, 66_000))
  await file.read(tail, 0, tail.length, size - tail.length)
  const end64 = tail.lastIndexOf('PK\x06\x06', undefined, 'latin1')
  assert.ok(end64 >= 0, 'it is a ZIP64')
  const count = Number(tail.readBigUInt64LE(end64 + 32))
  const length = Number(tail.readBigUInt64LE(end64 + 40))
  const start = Number(tail.readBigUInt64LE(end64 + 48))
  const directory = Buffer.alloc(length)
  await file.read(directory, 0, length, start)
  const entries = []
  for (let at = 0; at < length; ) {
    assert.equal(directory.readUInt32LE(at), 0x02014b50)
    const [nameLength = 0, extraLength = 0, commentLength = 0] = [28, 30, 32].map((offset) =>
      directory.readUInt16LE(at + offset),
    )
    const isUtf8 = (directory.readUInt16LE(at + 8) & 0x800) !== 0
    entries.push({ name: directory.subarray(at + 46, at + 46 + nameLength).toString(), isUtf8 })
    at += 46 + nameLength + extraLength + commentLength
  }
  return { count, entries }
}

const UNZIP = await run('unzip', ['-v']).then(
  () => true,
  () => false,
)

test('a ZIP of 10,000 files and more than 4 GB is whole, named right and within bounds of memory', {
  skip: process.platform === 'linux' ? false : 'memory is read from /proc',
}, async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  const { spaceId } = client
  const browser = await world.signIn(olivia)
  const { id: parentId } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Été' })
  const one = await browser.upload('one of many', { spaceId, parentId, name: 'Same 😀.txt' })
  await addSparseFile(world, one.id, 'Alarge.bin')
  await sql`insert into item (space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id)
    select space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id
    from item, generate_series(1, ${FILES - 2}) where id = ${one.id}::uuid`.execute(world.db)

  const server = await startAppProcess(t, world)
  const there = browser.at(server.origin)
  await (await there.fetch(`/api/zip?ids=${one.id}`)).arrayBuffer()
  const path = join(await makeTempFolder(), 'all.zip')
  t.after(() => rm(path, { force: true }))
  await withinBounds(server.pid, 'a ZIP of 10,000 files and 4.5 GB', async () => {
    const answer = await there.fetch(`/api/zip?ids=${parentId}`)
    assert.equal(answer.status, 200)
    await pipeline(
      Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream),
      createWriteStream(path),
    )
  })

  const { count, entries } = await readDirectory(path)
  assert.deepEqual([count, entries.length], [FILES + 1, FILES + 1], 'the folder and its files')
  assert.ok(entries.every(({ isUtf8 }) => isUtf8))
  const names = new Set(entries.map(({ name }) => name))
  assert.equal(names.size, FILES + 1)
  for (const name of ['Été/', 'Été/Alarge.bin', 'Été/Same 😀.txt', 'Été/Same 😀 (9999).txt'])
    assert.ok(names.has(name), name)
  if (!UNZIP)
    return t.diagnostic('there is no unzip on this machine: the checksums were not tried by another program')
  // Every entry is read, and its checksum compared.
  await run('unzip', ['-tqq', path], { maxBuffer: 1024 * 1024 })
})
