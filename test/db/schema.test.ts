import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Kysely } from 'kysely'
import { describeSchema, SCHEMA } from '../../scripts/schema.ts'
import { openTestDatabase } from '../database.ts'

test('schema.ts is what the migrations make: after a change, npm run schema', async () => {
  const database = await openTestDatabase()
  try {
    assert.equal(
      await readFile(SCHEMA, 'utf8'),
      await describeSchema(database.db as unknown as Kysely<never>),
    )
  } finally {
    await database.close()
  }
})
