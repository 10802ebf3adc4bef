import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { layerStores } from '../../server/blobs/layered.ts'
import { moveBlobs } from '../../server/blobs/move.ts'
import { BlobAbsent, type BlobStore, newName, StorageFailed, StorageFull } from '../../server/blobs/port.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { asTried, testBlobs } from './suite.ts'

async function openOne(): Promise<BlobStore> {
  const data = await makeTempFolder()
  return openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
}

async function openBoth() {
  const [written, other] = [await openOne(), await openOne()]
  return { written, other, both: layerStores(written, other) }
}

const from = (word: string) => Readable.from([Buffer.from(word)])
const read = async (store: BlobStore, name: string) => text((await store.open(name)).stream)
const namesIn = async (store: BlobStore, which?: 'staged') =>
  (await Array.fromAsync(store.list(which), ({ name }) => name)).sort()

testBlobs('two stores as one', async () => {
  const { both } = await openBoth()
  return { blobs: asTried(both), reopen: async () => asTried(both) }
})

test('two stores: what is stored goes to the one, what the other holds is read, listed and removed there', async () => {
  const { written, other, both } = await openBoth()
  const [old, recent] = [newName(), newName()]
  await other.put(old, Buffer.from('old'))
  await both.put(recent, Buffer.from('new'))
  assert.deepEqual([await namesIn(written), await namesIn(other)], [[recent], [old]])
  assert.deepEqual(await namesIn(both), [old, recent].sort())
  assert.equal(await read(both, old), 'old')
  assert.equal((await both.stat(old))?.size, 3)
  await both.check()
  await both.remove(old)
  await assert.rejects(both.open(old), BlobAbsent)
  assert.deepEqual(await namesIn(other), [])
})

test('two stores: an upload goes on where it began, and one begun again is in one place only', async () => {
  const { written, other, both } = await openBoth()
  const [begun, again, given] = [newName(), newName(), newName()]
  for (const name of [begun, again, given]) await other.append(name, 0, from('abc'), { max: 9 })
  assert.equal(await both.append(begun, 3, from('def'), { max: 9 }), 6)
  assert.deepEqual(await both.commit(begun), { size: 6 })
  assert.deepEqual(await both.commit(begun), { size: 6 })
  assert.deepEqual([await namesIn(written), await namesIn(other)], [[], [begun]])
  assert.equal(await both.append(again, 0, from('xy'), { max: 9 }), 2)
  assert.equal(await both.append(again, 2, from('z'), { max: 9 }), 3)
  assert.deepEqual(await both.commit(again), { size: 3 })
  assert.equal(await read(both, again), 'xyz')
  await both.discard(given)
  assert.deepEqual(await namesIn(both, 'staged'), [])
})

test('two stores: what is moved between two looks is found all the same', async () => {
  const { written, other } = await openBoth()
  const name = newName()
  await other.put(name, Buffer.from('moved'))
  const move = () => moveBlobs({ from: other, to: written }, () => {})
  const moving = (verb: 'open' | 'stat') => ({
    ...other,
    [verb]: async (...args: [string]) => {
      await move()
      return other[verb](...args)
    },
  })
  assert.equal(await read(layerStores(written, moving('open')), name), 'moved')
  await written.remove(name)
  await other.put(name, Buffer.from('moved'))
  assert.equal((await layerStores(written, moving('stat')).stat(name))?.size, 5)
})

test('moving: what is gone from where it was may have been moved by another, and its copy stays', async () => {
  const { written, other } = await openBoth()
  const another = () => moveBlobs({ from: other, to: written }, () => {})
  const move = async (to: Partial<BlobStore>) => {
    const name = newName()
    await other.put(name, Buffer.from(name))
    await moveBlobs({ from: other, to: { ...written, ...to } }, () => {})
    assert.deepEqual(await namesIn(other), [])
    assert.equal(await read(written, name), name)
  }
  // Another gets through once the first has made its copy.
  await move({
    async put(...args) {
      const done = await written.put(...args)
      await another()
      return done
    },
  })
  // The same, and the first doesn't read its copy as it is.
  await move({
    async open(...args) {
      await another()
      const { stream, size } = await written.open(...args)
      return { stream: Readable.from(damaged(stream)), size }
    },
  })
})

test('moving: what the copy is not stays where it was, and is still what is read', async () => {
  const { written, other, both } = await openBoth()
  const [good, bad, before] = [newName(), newName(), newName()]
  for (const name of [good, bad, before]) await other.put(name, Buffer.from(name))
  await written.put(before, Buffer.from(newName()))
  const to = {
    ...written,
    put: (name: string, bytes: Parameters<BlobStore['put']>[1]) =>
      written.put(name, name === bad ? damaged(bytes as AsyncIterable<Uint8Array>) : bytes),
  }
  const { failed } = await moveBlobs({ from: other, to }, () => {})
  assert.deepEqual([...failed.keys()].sort(), [bad, before].sort())
  assert.deepEqual(new Set(failed.values()), new Set(['its copy is not what was read']))
  assert.deepEqual(await namesIn(other), [bad, before].sort())
  assert.deepEqual(await namesIn(written), [good, before].sort())
  assert.equal(await read(both, bad), bad)
})

test('moving: of what was read in part nothing is copied, and it stays where it was', async () => {
  const { written, other, both } = await openBoth()
  const [cut, copied] = [newName(), newName()]
  for (const name of [cut, copied]) await other.put(name, Buffer.from(name))
  await written.put(copied, Buffer.from(copied))
  let isShort = true
  const shortly: BlobStore = {
    ...other,
    async open(name, part) {
      const found = await other.open(name, part)
      return isShort ? { ...found, stream: from((await text(found.stream)).slice(0, 9)) } : found
    },
  }
  const move = () => moveBlobs({ from: shortly, to: written }, () => {})
  const { failed } = await move()
  assert.deepEqual([...failed.keys()].sort(), [cut, copied].sort())
  assert.match(failed.get(cut) ?? '', /9 bytes were read, and it has 41/)
  assert.deepEqual([await namesIn(other), await namesIn(written)], [[cut, copied].sort(), [copied]])
  isShort = false
  await move()
  assert.deepEqual(await namesIn(other), [])
  for (const name of [cut, copied]) assert.equal(await read(both, name), name)
})

test('moving: what can’t be read keeps nothing else from being moved, and is told', async () => {
  const { written, other } = await openBoth()
  const names = Array.from({ length: 20 }, newName).sort()
  for (const name of names) await other.put(name, Buffer.from(name))
  const [bad = '', vanished = ''] = names
  const dying: BlobStore = {
    ...other,
    async open(name, part) {
      if (name === bad) throw new StorageFailed('read: EIO')
      if (name === vanished) await other.remove(name)
      return other.open(name, part)
    },
  }
  const outcome = await moveBlobs({ from: dying, to: written }, () => {})
  assert.deepEqual(outcome, { arriving: 0, failed: new Map([[bad, 'read: EIO']]) })
  assert.deepEqual([await namesIn(other), await namesIn(written)], [[bad], names.slice(2)])
})

test('moving: a store that is gone or full ends it, and what it says of one blob counts for none', async () => {
  const { written, other } = await openBoth()
  for (let i = 0; i < 20; i++) await other.put(newName(), Buffer.from('abc'))
  const gone = async () => {
    throw new StorageFailed('gone')
  }
  let tried = 0
  const full = async () => {
    tried++
    throw new StorageFull('full')
  }
  const move = (to: Partial<BlobStore>, from: Partial<BlobStore> = {}) =>
    moveBlobs({ from: { ...other, ...from }, to: { ...written, ...to } }, () => {})
  await assert.rejects(move({ put: gone, check: gone }), StorageFailed)
  await assert.rejects(move({}, { open: gone, stat: gone }), StorageFailed)
  await assert.rejects(move({ put: full }), StorageFull)
  assert.ok(tried < 20)
  assert.equal((await namesIn(other)).length, 20)
})

test('moving: what is listed and isn’t there is looked for once, and told', async () => {
  const { written, other } = await openBoth()
  const [absent, silent] = [newName(), newName()]
  await other.put(silent, Buffer.from(silent))
  let lists = 0
  const odd: BlobStore = {
    ...other,
    async *list(which) {
      if (which !== 'staged' && ++lists > 9) throw new Error('it goes on and on')
      if (which !== 'staged') yield { name: absent, size: 5, modified: new Date() }
      yield* other.list(which)
    },
    // It gives this one, and says that it isn't there.
    stat: async () => undefined,
  }
  const { failed } = await moveBlobs({ from: odd, to: written }, () => {})
  assert.deepEqual([...failed.keys()].sort(), [absent, silent].sort())
  assert.deepEqual([await namesIn(other), await namesIn(written)], [[silent], [silent]])
})

test('moving: who was interrupted finds what was copied, and replaces what was cut short', async () => {
  const { written, other } = await openBoth()
  const [copied, short, arriving] = [newName(), newName(), newName()]
  for (const name of [copied, short]) await other.put(name, Buffer.from(name))
  await written.put(copied, Buffer.from(copied))
  await written.put(short, Buffer.from(short.slice(0, 9)))
  await other.append(arriving, 0, from('abc'), { max: 9 })
  const said: number[] = []
  const outcome = await moveBlobs({ from: other, to: written }, ({ blobs }) => said.push(blobs))
  assert.deepEqual(outcome, { arriving: 1, failed: new Map() })
  assert.deepEqual(said, [1, 2])
  for (const name of [copied, short]) assert.equal(await read(written, name), name)
  assert.deepEqual(await namesIn(other), [])
  await other.commit(arriving)
  assert.deepEqual(await moveBlobs({ from: other, to: written }, () => {}), {
    arriving: 0,
    failed: new Map(),
  })
  assert.equal(await read(written, arriving), 'abc')
})

test('moving: whatever arrives while it looks is moved, or said to be left', async () => {
  for (const when of ['committed', 'staged'] as const) {
    for (const round of [1, 2, 3]) {
      const { written, other } = await openBoth()
      const name = newName()
      await other.append(name, 0, from('arrived'), { max: 7 })
      let rounds = 0
      const busy: BlobStore = {
        ...other,
        async *list(which = 'committed') {
          // Listed by then, or just before.
          if (which === when && ++rounds === round) await other.commit(name)
          yield* other.list(which)
        },
      }
      const { arriving } = await moveBlobs({ from: busy, to: written }, () => {})
      const left = await namesIn(other)
      assert.ok(left.length === 0 || arriving > 0, `${when} ${round}: ${left.length} left`)
    }
  }
})

async function* damaged(bytes: AsyncIterable<Uint8Array>) {
  for await (const chunk of bytes) yield chunk.map((byte) => byte ^ 1)
}
