import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { listItems } from '../../server/files/listing.ts'
import { openTestDatabase } from '../database.ts'
import { countStatements } from '../statements.ts'
import { gatherCrowd } from './crowd.ts'

const VAST = 100_000

test('a listing costs as many statements among 100,000 items, whoever looks', async () => {
  const database = await openTestDatabase()
  await using opened = new AsyncDisposableStack()
  opened.defer(database.close)
  const { db } = database
  const crowd = await gatherCrowd(db)
  const [ofRecord, ofGroup] = await Promise.all(
    [crowd.record, crowd.group].map((space) => crowd.fill(space, VAST)),
  )
  await sql`analyze item, folder_content, blob`.execute(db)

  for (const [kind, { actor, spaceId }] of Object.entries(crowd.viewers)) {
    const folderId = kind === 'group member' ? ofGroup : ofRecord
    const ask = async (query: Partial<Parameters<typeof listItems>[2]>, shown: number) => {
      const all = { spaceId, scope: 'tree', sort: 'name', order: 'asc', ...query } as const
      let found = 0
      const statements = await countStatements(async () => {
        found = (await listItems(db, actor, all)).items.length
      })
      assert.deepEqual(
        [statements, found],
        [query.viewAs ? 3 : 2, shown],
        `${kind}: ${JSON.stringify(query)}`,
      )
    }
    await ask({}, 1)
    await ask({ folderId }, 100)
    await ask({ folderId, sort: 'size', order: 'desc' }, 100)
    await ask({ folderId, scope: 'flat', sort: 'added', order: 'desc' }, 100)
    await ask({ folderId, search: 'file' }, 100)
    if (kind === 'owner') await ask({ folderId, viewAs: 'client' }, 100)
  }
})
