import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { newName, StorageFailed, UploadLost } from '../../server/blobs/port.ts'
import { contentOf } from './endless-writer.ts'
import { asTried, testBlobs } from './suite.ts'

async function newFolder(t: TestContext) {
  const data = await mkdtemp(join(tmpdir(), 'carnet-blobs-'))
  t.after(() => rm(data, { recursive: true }))
  return data
}

const openIn = (data: string) =>
  openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })

testBlobs('disk', async (t) => {
  const data = await newFolder(t)
  return { blobs: asTried(await openIn(data)), reopen: async () => asTried(await openIn(data)) }
})

test('only the server may read what it stores', async (t) => {
  const data = await newFolder(t)
  const blobs = await openIn(data)
  await blobs.put(newName(), Buffer.from('abc'))
  await blobs.append(newName(), 0, Readable.from([Buffer.from('abc')]), { max: 3 })
  const paths = await readdir(data, { recursive: true, withFileTypes: true })
  assert.equal(paths.filter((path) => path.isFile()).length, 2)
  for (const path of paths) {
    const { mode } = await lstat(join(path.parentPath, path.name))
    assert.equal(mode & 0o777, path.isFile() ? 0o600 : 0o700)
  }
})

test('symlinks are refused, wherever they stand', async (t) => {
  const data = await newFolder(t)
  const blobs = await openIn(data)
  const outside = join(data, 'outside')
  await mkdir(outside)
  const [file, staged, inShard] = [newName(), newName(), newName()]
  await writeFile(join(outside, 'secret'), 'secret')
  await writeFile(join(outside, inShard.slice(3)), 'secret')
  await symlink(join(outside, 'secret'), join(data, 'blobs', file))
  await symlink(join(outside, 'secret'), join(data, 'uploads', staged.replace('/', '')))
  for await (const { name } of blobs.list()) assert.fail(`listed ${name}`)
  await rename(join(data, 'blobs', inShard.slice(0, 2)), join(data, 'shard'))
  await symlink(outside, join(data, 'blobs', inShard.slice(0, 2)))

  for (const key of [file, inShard]) {
    await assert.rejects(blobs.open(key), StorageFailed)
    await assert.rejects(blobs.read(key, 6), StorageFailed)
    await assert.rejects(blobs.stat(key), StorageFailed)
    await assert.rejects(blobs.put(key, Buffer.from('x')), StorageFailed)
  }
  await assert.rejects(blobs.remove(inShard), StorageFailed)
  for (const offset of [0, 3]) {
    await assert.rejects(blobs.append(staged, offset, Readable.from([]), { max: 9 }), StorageFailed)
  }
  await assert.rejects(blobs.commit(staged), StorageFailed)
  await assert.rejects(async () => {
    for await (const { name } of blobs.list()) assert.fail(`listed ${name}`)
  }, StorageFailed)
  for await (const { name } of blobs.list('staged')) assert.fail(`listed ${name}`)
  assert.equal((await lstat(join(outside, 'secret'))).size, 6)

  await rename(join(data, 'uploads'), join(data, 'elsewhere'))
  await symlink(join(data, 'elsewhere'), join(data, 'uploads'))
  await assert.rejects(openIn(data))
})

test('a staged file that lost bytes on the disk is not written on', async (t) => {
  const data = await newFolder(t)
  const blobs = await openIn(data)
  const key = newName()
  await blobs.append(key, 0, Readable.from([Buffer.from('abcdef')]), { max: 9 })
  await truncate(join(data, 'uploads', key.replace('/', '')), 4)
  await assert.rejects(blobs.append(key, 6, Readable.from([Buffer.from('g')]), { max: 9 }), UploadLost)
})

test('kill -9: what was acknowledged is whole, nothing else is visible, and an upload goes on', async (t) => {
  const data = await newFolder(t)
  for (const acknowledgements of [1, 4, 25]) {
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'endless-writer.ts'), data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => writer.kill('SIGKILL'))
    const lines: string[] = []
    for await (const line of createInterface({ input: writer.stdout })) {
      lines.push(line)
      if (lines.length === acknowledgements) writer.kill('SIGKILL')
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    assert.equal(writer.signalCode, 'SIGKILL')

    const blobs = await openIn(data)
    const visible = new Set<string>()
    for await (const { name } of blobs.list()) {
      visible.add(name)
      assert.equal(await text((await blobs.open(name)).stream), contentOf(name))
    }
    let upload = { key: newName(), offset: 0 }
    for (const line of lines) {
      const [what, key = '', offset] = line.split(' ')
      if (what === 'put') assert.ok(visible.has(key))
      if (what === 'appended') upload = { key, offset: Number(offset) }
    }
    const { key, offset } = upload
    const whole = contentOf(key)
    const rest = Readable.from([Buffer.from(whole.slice(offset))])
    assert.equal(await blobs.append(key, offset, rest, { max: whole.length }), whole.length)
    await blobs.commit(key)
    assert.equal(await text((await blobs.open(key)).stream), whole)
  }
})

test('a full disk and a failing one: a clear error, and nothing acknowledged is lost', async (t) => {
  const folder = await newFolder(t)
  // A mount of our own, in a namespace that ends with the process: the real thing, and nothing to clean up.
  const script = 'mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" "$3" "$1"'
  const own = ['-rm', 'sh', '-c']
  if (spawnSync('unshare', [...own, 'mount -t tmpfs tmpfs "$1"', 'sh', folder]).status !== 0) {
    t.skip('NOT TESTED HERE: this system lets us mount nothing (unshare -rm)')
    return
  }
  const child = join(import.meta.dirname, 'small-disk.ts')
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [...own, script, 'sh', folder, process.execPath, child],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stdout + stderr)
  assert.equal(stdout, 'held\n')
})
