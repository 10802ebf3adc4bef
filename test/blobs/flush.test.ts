import assert from 'node:assert/strict'
import fs from 'node:fs'
import { readdir } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { newNames, StorageFailed } from '../../server/blobs/port.ts'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'

/** Flushes of folders, each of which waits for us. */
const flushes: ((failure?: Error) => void)[] = []
let ours = false
const { fsync } = fs
fs.fsync = ((descriptor: number, done: (error: Error | null) => void) => {
  if (ours) flushes.push((failure) => (failure ? done(failure) : fsync(descriptor, done)))
  else fsync(descriptor, done)
}) as typeof fsync
syncBuiltinESMExports()
const { openDiskStore } = await import('../../server/blobs/disk.ts')

test('a flush of a folder serves those who came before it, alone, and one that failed is not tried again', async () => {
  const data = await makeTempFolder()
  const folder = join(data, 'blobs')
  const store = await openDiskStore({ folder, staging: join(data, 'staging') })
  ours = true
  const names = newNames(80)
  const settled: string[] = []
  const puts = names.map((name) =>
    store.put(name, Buffer.from(name)).finally(() => {
      settled.push(name)
    }),
  )
  const results = Promise.allSettled(puts)
  const [shard = ''] = (names[0] ?? '').split('/')
  const found = async () => (await readdir(join(folder, shard))).length
  await until('all have their names', async () => flushes.length === 1 && (await found()) === 80)
  flushes[0]?.()
  await until('the next flush begins', async () => flushes.length === 2)
  assert.equal(settled.length, 1)
  flushes[1]?.(Object.assign(new Error('the disk is ill'), { code: 'EIO', errno: -5, syscall: 'fsync' }))

  const reasons = (await results).flatMap((put) => (put.status === 'rejected' ? [put.reason] : []))
  assert.equal(reasons.length, 79)
  for (const reason of reasons) assert.ok(reason instanceof StorageFailed)
  assert.equal(flushes.length, 2)
  assert.deepEqual(await readdir(join(folder, shard)), [settled[0]?.slice(3)])
  assert.deepEqual(await readdir(join(data, 'staging')), [])
})
