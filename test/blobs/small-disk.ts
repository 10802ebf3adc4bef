import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { newName, StorageFailed, StorageFull } from '../../server/blobs/port.ts'

// Run by itself, as root of a mount namespace of its own, with a disk of 1 MiB at argv[2].
const disk = process.argv[2] ?? ''
const staging = join(disk, 'uploads')
const blobs = await openDiskStore({ folder: join(disk, 'blobs'), staging })
const bytes = randomBytes(500_000)
const from = (start: number, end: number) => Readable.from([bytes.subarray(start, end)])
const staged = async () => {
  const sizes = []
  for await (const { size } of blobs.list('staged')) sizes.push(size)
  return sizes
}

const key = newName()
assert.equal(await blobs.append(key, 0, from(0, 300_000), { max: 1e9 }), 300_000)
const tooMuch = Readable.from(Array(40).fill(randomBytes(64 * 1024)))
await assert.rejects(blobs.append(key, 300_000, tooMuch, { max: 1e9 }), StorageFull)
assert.equal(tooMuch.destroyed, false)
assert.deepEqual(await staged(), [300_000])
await assert.rejects(blobs.put(newName(), randomBytes(900_000)), StorageFull)
assert.deepEqual(await staged(), [300_000])
assert.equal(await blobs.append(key, 300_000, from(300_000, 500_000), { max: 1e9 }), 500_000)
assert.deepEqual(await blobs.commit(key), { size: 500_000 })
await blobs.check()
assert.throws(() => execFileSync('dd', ['if=/dev/zero', `of=${join(disk, 'rest')}`], { stdio: 'ignore' }))
await assert.rejects(blobs.check(), StorageFull)

// The address space of a process stands in for a dying disk: no address 0, hence a true EIO.
const failing = newName()
const path = join(staging, failing.replace('/', ''))
writeFileSync(path, '')
execFileSync('mount', ['--bind', `/proc/${process.pid}/mem`, path])
await assert.rejects(blobs.append(failing, 0, from(0, 10), { max: 10 }), StorageFailed)
assert.deepEqual(await blobs.commit(key), { size: 500_000 })
console.log('held')
