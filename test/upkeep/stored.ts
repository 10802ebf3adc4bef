import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { nameOf } from '../../server/blobs/blobs.ts'
import { newName } from '../../server/blobs/port.ts'
import type { Finding } from '../../server/upkeep/round.ts'
import { createWorld } from '../world.ts'

/** A practice with a client's record, and what may happen to a disk. */
export async function enter(t: TestContext, { settings }: { settings?: Record<string, string> } = {}) {
  const world = await createWorld(t, settings ? { settings } : {})
  const practice = await world.addCompany()
  const client = await world.addClient(practice)
  const owner = await world.addProfessional(practice, 'employee')
  await world.setStakeholder(client, owner)
  const mine = await world.signIn(owner)
  const { spaceId } = client
  const { check, store } = world.services
  const pathOf = (name: string) => join(world.dataDir, 'blobs', name)

  async function blobOf(item: { id: string }) {
    return world.db
      .selectFrom('item')
      .innerJoin('blob', 'blob.id', 'item.blob_id')
      .select(['blob.id', 'blob.key', 'blob.damage', 'blob.size'])
      .where('item.id', '=', item.id)
      .executeTakeFirstOrThrow()
  }

  return {
    world,
    practice,
    client,
    owner,
    mine,
    spaceId,
    store,
    pathOf,
    blobOf,

    add: (bytes: Uint8Array | string = randomBytes(200_000), name = 'file.bin') =>
      mine.upload(bytes, { spaceId, name, level: 'everybody' }),

    async check({
      repair = false,
      ...more
    }: {
      repair?: boolean
      extras?: boolean
      backup?: typeof world.services.blobs
    } = {}) {
      const findings: Finding[] = []
      const { run, left } = await check.checkAll({ repair, ...more, tell: (one) => findings.push(one) })
      assert.equal(left, findings.filter(({ repaired }) => !repaired).length)
      return { run, left, findings, kinds: findings.map(({ kind }) => kind).sort() }
    },

    /** One bit, in the middle. */
    async flip(key: string) {
      const file = await open(pathOf(nameOf(key)), 'r+')
      const at = Math.floor((await file.stat()).size / 2)
      const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: at })
      buffer[0] = (buffer[0] ?? 0) ^ 4
      await file.write(buffer, 0, 1, at)
      await file.close()
    },

    lose: (key: string) => rm(pathOf(nameOf(key))),

    /** Bytes that nobody knows of, as old as is said. */
    async strew({ days = 2, staged = false } = {}): Promise<string> {
      const name = newName()
      const path = staged ? join(world.dataDir, 'uploads', name.replace('/', '')) : pathOf(name)
      await writeFile(path, 'left over')
      const then = Date.now() / 1000 - days * 86_400
      await utimes(path, then, then)
      return name
    },
  }
}
