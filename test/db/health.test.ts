import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHealth } from '../../server/http/health.ts'
import { openTestDatabase } from '../database.ts'

test('health is 200 while every part answers and 503 once one does not, without saying why', async () => {
  const { pool, close } = await openTestDatabase({ empty: true })
  const checks = { database: () => pool.query('select 1'), blobs: async () => {} }
  const well = await answerHealth(checks)
  assert.equal(well.status, 200)
  assert.deepEqual(await well.json(), { status: 'ok', checks: { database: 'ok', blobs: 'ok' } })
  await close()
  const ill = await answerHealth(checks)
  assert.equal(ill.status, 503)
  assert.equal(ill.headers.get('retry-after'), '5')
  assert.deepEqual(await ill.json(), { status: 'failing', checks: { database: 'failing', blobs: 'ok' } })
})
