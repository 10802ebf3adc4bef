import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import { createAuditLog } from '../../server/audit/log.ts'
import type { Database } from '../../server/db/schema.ts'
import { createWorld } from '../world.ts'

type Plan = Record<string, unknown> & { Plans?: Plan[] }

test('a page of the log is one statement, and reads no more of a long log than of a short one', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const ana = await world.addProfessional(company, 'super_admin')
  const camille = await world.addClient(company)
  const browser = await world.signIn(ana)
  await browser.upload('x', { spaceId: camille.spaceId, level: 'everybody' })
  await sql`insert into audit_entry (company_id, at, action, professional_id, space_id, item_id, item, subject_client_id)
    select e.company_id, now() - n * interval '1 minute', case when n % 400 = 0 then 'item_moved' else 'file_opened' end,
      e.professional_id, e.space_id, e.item_id, e.item,
      case when n % 300 = 0 then e.subject_client_id else gen_random_uuid() end
    from audit_entry e, generate_series(1, 30000) n where e.action = 'file_added'`.execute(world.db)
  await sql`analyze audit_entry`.execute(world.db)

  const asked: CompiledQuery[] = []
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: world.database.pool }),
    log: ({ query }) => {
      asked.push(query as CompiledQuery)
    },
  })
  const log = createAuditLog({ db })
  const { personId } = ana
  const reader = { kind: 'professional', personId, professionalId: ana.id, companyId: company.id } as const
  const admin = { ...reader, profile: 'super_admin', address: null } as const
  const client = { kind: 'client', personId, clientId: camille.id, address: null } as const
  const pages: Record<string, () => Promise<unknown>> = {
    all: () => log.listEntries(admin, {}),
    'of a kind': () => log.listEntries(admin, { kind: 'files' }),
    'of a person': () => log.listEntries(admin, { professionalId: ana.id }),
    'of a client': () => log.listEntries(admin, { clientId: camille.id }),
    'of a period': () => log.listEntries(admin, { until: new Date(Date.now() - 864e5 * 10).toISOString() }),
    'the client’s own': () => log.listOpenings(client, {}),
  }
  for (const [name, read] of Object.entries(pages)) {
    asked.length = 0
    await read()
    const [query, ...others] = asked
    assert.ok(query && others.length === 0, name)
    const { rows } = await world.database.pool.query(`explain (analyze, format json) ${query.sql}`, [
      ...query.parameters,
    ])
    const scans = scansOf(rows[0]['QUERY PLAN'][0].Plan)
    assert.ok(scans.length > 0)
    for (const { how, read } of scans)
      assert.ok(how !== 'Seq Scan' && read < 2000, `${name}: ${how} of ${read}`)
  }
})

/** How the entries are read, and how many. */
function scansOf(plan: Plan): { how: string; read: number }[] {
  const number = (key: string) => Number(plan[key] ?? 0)
  const here =
    plan['Relation Name'] === 'audit_entry' && number('Actual Loops') > 0
      ? [
          {
            how: String(plan['Node Type']),
            read: (number('Actual Rows') + number('Rows Removed by Filter')) * number('Actual Loops'),
          },
        ]
      : []
  return [...here, ...(plan.Plans ?? []).flatMap(scansOf)]
}
