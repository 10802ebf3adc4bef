import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { asAdmin } from '../cluster.ts'
import { openTestDatabase } from '../database.ts'
import { gatherCrowd } from '../files/crowd.ts'

const MANY = 400

type Plan = { 'Node Type': string; 'Actual Loops': number; Plans?: Plan[] }

/**
 * The triggers that count what folders hold and what a company uses read the rows of a statement once, and not once
 * for each of them, also where their plans were made for a single row: read off the plans as they were carried out.
 */
test('what many items at once cost doesn’t grow by their square', async () => {
  const database = await openTestDatabase()
  await using opened = new AsyncDisposableStack()
  opened.defer(database.close)
  const crowd = await gatherCrowd(database.db)
  const folders = [await crowd.fill(crowd.record, MANY), await crowd.fill(crowd.record, 1)]
  const [many = '', one = ''] = folders

  const { adminUrl } = JSON.parse(process.env.CARNET_TEST_CLUSTER ?? assert.fail('needs the shared cluster'))
  const name = new URL(database.connectionString).pathname.slice(1)
  for (const [setting, value] of [
    ['session_preload_libraries', 'auto_explain'],
    ['auto_explain.log_min_duration', '0'],
    ['auto_explain.log_analyze', 'on'],
    ['auto_explain.log_nested_statements', 'on'],
    ['auto_explain.log_format', 'json'],
    ['client_min_messages', 'log'],
  ])
    await asAdmin(adminUrl, `alter database ${name} set ${setting} = '${value}'`)

  const client = new pg.Client({ connectionString: database.connectionString })
  let plans: Plan[] = []
  client.on('notice', ({ message }) => {
    const [, text] = /plan:\n(\{.*)/s.exec(message ?? '') ?? []
    if (text) plans.push(JSON.parse(text).Plan)
  })
  await client.connect()
  opened.defer(() => client.end())

  const ofFolder = 'select id from item where id = $1 or parent_id = $1'
  const deletion = await sql<{
    id: string
  }>`insert into deletion (space_id, client_id, undo_until, purge_after)
    select s.id, s.client_id, now(), now() from space s where s.id = ${crowd.record} returning id`.execute(
    database.db,
  )
  const columns = 'space_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id'
  const changes: [string, string][] = [
    [
      'add',
      `insert into item (parent_id, ${columns}) select parent_id, ${columns} from item where parent_id = $1`,
    ],
    [
      'change',
      `update item set owner_professional_id = '${crowd.involved[7]?.professionalId}' where parent_id = $1`,
    ],
    ['move', "update item set parent_id = null where parent_id = $1 and kind = 'folder'"],
    [
      'delete',
      `update item set deletion_id = '${deletion.rows[0]?.id}' where id in (${ofFolder}) and parent_id = $1`,
    ],
    ['purge', "delete from item where parent_id = $1 and kind = 'file'"],
  ]
  for (const [what, statement] of changes)
    for (const folder of [one, many]) {
      plans = []
      const { rowCount } = await client.query(statement, [folder])
      const reads = plans.flatMap(nodes).filter((node) => node['Node Type'] === 'Named Tuplestore Scan')
      if (folder === many && what !== 'move') {
        assert.ok((rowCount ?? 0) >= MANY * 0.9, `${what}: ${rowCount}`)
        assert.ok(reads.length > 0, `${what}: its rows are read`)
      }
      for (const read of reads) assert.ok(read['Actual Loops'] <= 1, `${what}: ${read['Actual Loops']} times`)
    }
})

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}
