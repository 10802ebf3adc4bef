import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { connect } from '../../server/db/open.ts'
import { PLANNED_ONCE } from '../../server/db/planned-once.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'

test('a statement that asks for it is planned once, others each time; both answer alike', async (t) => {
  const database = await openTestDatabase()
  t.after(database.close)
  const { db, close } = connect(database.connectionString, 1, createLog('error'))
  t.after(close)
  const twice = async (number: number) => {
    const kept = await sql<{ n: number }>`${PLANNED_ONCE} select ${number}::integer * 2 as n`.execute(db)
    const other = await sql<{ n: number }>`select ${number}::integer * 2 as n`.execute(db)
    return [kept.rows[0]?.n, other.rows[0]?.n]
  }
  for (const number of [1, 21, 300]) assert.deepEqual(await twice(number), [2 * number, 2 * number])
  const { rows } = await sql<{ statement: string }>`
    select statement from pg_prepared_statements where name <> ''`.execute(db)
  assert.deepEqual(
    rows.map(({ statement }) => statement),
    ['/* planned once */ select $1::integer * 2 as n'],
  )
})
