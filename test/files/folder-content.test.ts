import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { LEVELS } from '../../core/visibility.ts'
import { type Actor, reachesClient } from '../../server/access.ts'
import { newName } from '../../server/blobs/port.ts'
import { createItems } from '../../server/files/items.ts'
import { createJobs } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { holds } from '../properties.ts'

// What a folder is said to hold must be what it holds, whatever was done in whatever order.

let database: Awaited<ReturnType<typeof openTestDatabase>>
let items: ReturnType<typeof createItems>
before(async () => {
  database = await openTestDatabase()
  const jobs = createJobs({ pool: database.pool, log: createLog('error') })
  await jobs.migrate()
  items = createItems({ db: database.db, jobs, now: () => new Date() })
})
after(() => database.close())

const one = async (query: ReturnType<typeof sql>) =>
  ((await query.execute(database.db)).rows[0] as { id: string }).id

/** A client's space with two professionals of one company, one of another, and the client. */
async function people(): Promise<{ spaceId: string; actors: Actor[] }> {
  const clientId = await one(sql`insert into client (name) values ('Client') returning id`)
  const spaceId = await one(sql`insert into space (client_id) values (${clientId}) returning id`)
  const personId = await one(
    sql`insert into person (name, email) values ('P', gen_random_uuid() || '@example.test') returning id`,
  )
  const actors: Actor[] = [{ kind: 'client', personId, address: null, clientId }]
  for (const size of [2, 1]) {
    const companyId = await one(sql`insert into company (name) values ('Company') returning id`)
    const branchId = await one(
      sql`insert into branch (company_id, name) values (${companyId}, 'Branch') returning id`,
    )
    if (size === 2)
      await sql`insert into client_company (client_id, company_id) values (${clientId}, ${companyId})`.execute(
        database.db,
      )
    for (let i = 0; i < size; i++) {
      const professionalId = await one(
        sql`insert into professional (company_id, name, profile) values (${companyId}, 'P', 'employee') returning id`,
      )
      await sql`insert into professional_branch values (${professionalId}, ${companyId}, ${branchId})`.execute(
        database.db,
      )
      await sql`insert into stakeholder (space_id, professional_id) values (${spaceId}, ${professionalId})`.execute(
        database.db,
      )
      actors.push({
        kind: 'professional',
        personId,
        address: null,
        professionalId,
        companyId,
        profile: 'employee',
      })
    }
  }
  return { spaceId, actors }
}

const pick = fc.nat({ max: 1000 })
const operation = fc.oneof(
  fc.record({ do: fc.constant('folder' as const), by: pick, at: pick }),
  fc.record({ do: fc.constant('file' as const), by: pick, at: pick, level: pick, chosen: fc.boolean() }),
  fc.record({ do: fc.constant('move' as const), by: pick, what: pick, at: pick }),
  fc.record({ do: fc.constant('level' as const), by: pick, what: pick, level: pick }),
  fc.record({ do: fc.constant('delete' as const), by: pick, what: pick }),
  fc.record({ do: fc.constant('undo' as const), by: pick, what: pick }),
  fc.record({ do: fc.constant('purge' as const) }),
)

test('what folders hold is counted right after any operations', async () => {
  await holds(
    fc.asyncProperty(
      fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' }),
      async (operations) => {
        const { spaceId, actors } = await people()
        const made: string[] = []
        const folders: (string | null)[] = [null]
        const deletions: string[] = []
        const from = <T>(list: readonly T[], n: number) => list[n % Math.max(list.length, 1)]
        for (const op of operations) {
          const actor = 'by' in op ? (from(actors, op.by) as Actor) : null
          try {
            if (op.do === 'purge' || !actor) {
              await sql`update deletion set purge_after = at - interval '1 s' where space_id = ${spaceId}`.execute(
                database.db,
              )
              await items.purge()
            } else if (op.do === 'folder') {
              const parentId = from(folders, op.at) ?? null
              const { id } = await items.createFolder(actor, { spaceId, parentId, name: 'Folder' })
              made.push(id)
              folders.push(id)
            } else if (op.do === 'file') {
              const audience = actors
                .flatMap((a) => (a.kind === 'professional' ? a.professionalId : []))
                .slice(0, 1)
              const place = await items.place(actor, {
                spaceId,
                parentId: from(folders, op.at) ?? null,
                name: 'file',
                ...(actor.kind === 'client'
                  ? { audience: op.chosen ? audience : null }
                  : { level: LEVELS[op.level % LEVELS.length] }),
              })
              const blob = {
                key: newName(),
                size: 1,
                sha256: '00'.repeat(32),
                type: 'text/plain',
              }
              made.push((await items.addFile(actor, place, blob)).id)
            } else if (op.do === 'undo') {
              const deletionId = from(deletions, op.what)
              if (deletionId) await items.undoDeletion(actor, { deletionId })
            } else {
              const id = from(made, op.what)
              if (!id) continue
              if (op.do === 'move')
                await items.moveItems(actor, { ids: [id], folderId: from(folders, op.at) ?? null })
              else if (op.do === 'level')
                await items.changeLevel(actor, { ids: [id], level: LEVELS[op.level % LEVELS.length] ?? 'me' })
              else deletions.push((await items.deleteItems(actor, { ids: [id] })).deletionId)
            }
          } catch (error) {
            // Refusals are part of the game; anything else is a defect.
            if (!(error instanceof Problem)) throw error
          }
        }
        assert.deepEqual(await counted(spaceId), await recounted(spaceId))
        assert.deepEqual(await nearClient(spaceId), await holdingForClient(spaceId))
      },
    ),
    { runs: 30 },
  )
})

const columns = sql`level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected`

async function counted(spaceId: string) {
  const { rows } = await sql`
    select c.folder_id, c.kind, ${sql.raw('c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id, c.audience, c.protected')},
      c.count::integer as n
    from folder_content c join item f on f.id = c.folder_id
    where f.space_id = ${spaceId} and f.deletion_id is null and c.count <> 0
    order by c::text`.execute(database.db)
  return rows.map((row) => JSON.stringify(row)).sort()
}

async function recounted(spaceId: string) {
  const { rows } = await sql`
    with recursive inside(folder_id, id) as (
      select parent_id, id from item where space_id = ${spaceId} and parent_id is not null and deletion_id is null
      union all
      select f.parent_id, inside.id from inside join item f on f.id = inside.folder_id where f.parent_id is not null
    )
    select folder_id, kind, ${columns}, count(*)::integer as n
    from inside join item using (id) group by folder_id, kind, ${columns}`.execute(database.db)
  return rows.map((row) => JSON.stringify(row)).sort()
}

/** Folders that are marked as holding something for the client, and those that do. */
async function nearClient(spaceId: string) {
  const { rows } = await sql`select id from item
    where space_id = ${spaceId} and kind = 'folder' and deletion_id is null and reaches_client order by id`.execute(
    database.db,
  )
  return rows
}

async function holdingForClient(spaceId: string) {
  const { rows } = await sql`
    with recursive up(id, parent_id) as (
      select id, parent_id from item
      where space_id = ${spaceId} and kind = 'file' and deletion_id is null and ${reachesClient('item')}
      union
      select f.id, f.parent_id from up join item f on f.id = up.parent_id
    ) select id from up join item using (id) where kind = 'folder' order by id`.execute(database.db)
  return rows
}
