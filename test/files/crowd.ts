import { type Kysely, type RawBuilder, sql } from 'kysely'
import { LEVELS } from '../../core/visibility.ts'
import type { Actor } from '../../server/access.ts'
import type { Database } from '../../server/db/schema.ts'

export type Crowd = Awaited<ReturnType<typeof gatherCrowd>>

/** How many are involved in each space, next to those whose scope holds it. */
const STAKEHOLDERS = 50

/**
 * A practice with a client's record and a group, each with fifty stakeholders of six companies, and one viewer of
 * every kind: made by SQL, so that many items cost little.
 */
export async function gatherCrowd(db: Kysely<Database>) {
  const run = async (query: RawBuilder<unknown>) =>
    (await query.execute(db)).rows.map((row) => String((row as { id: unknown }).id))
  const one = async (query: RawBuilder<unknown>) => (await run(query))[0] ?? ''
  let count = 0
  const professional = async (companyId: string, profile: string, branchId?: string) => {
    const id = await one(sql`insert into professional (company_id, name, profile)
      values (${companyId}, ${`Professional ${++count}`}, ${profile}) returning id`)
    if (branchId)
      await sql`insert into professional_branch values (${id}, ${companyId}, ${branchId})`.execute(db)
    return { kind: 'professional', professionalId: id, companyId, profile, ...noPerson } as Actor & {
      kind: 'professional'
    }
  }

  const practices: { companyId: string; branches: string[] }[] = []
  for (let i = 0; i < 6; i++) {
    const companyId = await one(sql`insert into company (name) values ('Practice') returning id`)
    const branches = await run(
      sql`insert into branch (company_id, name) select ${companyId}, 'Branch ' || n from generate_series(1, 3) n returning id`,
    )
    practices.push({ companyId, branches })
  }
  const [practice, ...others] = practices as [(typeof practices)[number], ...typeof practices]
  const { companyId, branches } = practice

  const addClient = async () => {
    const clientId = await one(sql`insert into client (name) values ('Client') returning id`)
    await sql`insert into client_company values (${clientId}, ${companyId})`.execute(db)
    await sql`insert into client_branch values (${clientId}, ${companyId}, ${branches[0]})`.execute(db)
    const spaceId = await one(sql`insert into space (client_id) values (${clientId}) returning id`)
    return { actor: { kind: 'client', clientId, ...noPerson } as Actor & { kind: 'client' }, spaceId }
  }
  const client = await addClient()
  const member = await addClient()
  const groupId = await one(
    sql`insert into client_group (company_id, name) values (${companyId}, 'Group') returning id`,
  )
  await sql`insert into group_branch values (${groupId}, ${companyId}, ${branches[0]})`.execute(db)
  await sql`insert into group_member (group_id, client_id) values (${groupId}, ${member.actor.clientId})`.execute(
    db,
  )
  const group = await one(sql`insert into space (group_id) values (${groupId}) returning id`)

  const involved: (Actor & { kind: 'professional' })[] = []
  for (let i = 0; i < STAKEHOLDERS; i++) {
    const at = i % 5 === 4 ? others[((i / 5) % others.length) | 0] : practice
    if (!at) continue
    const who = await professional(at.companyId, 'employee', at.branches[i % 3] ?? '')
    involved.push(who)
    for (const space of [client.spaceId, group])
      await sql`insert into stakeholder (space_id, professional_id) values (${space}, ${who.professionalId})`.execute(
        db,
      )
  }
  // Of a company that adds nothing: all that it sees is for everybody.
  const onlooker = await professional(
    await one(sql`insert into company (name) values ('Practice') returning id`),
    'employee',
    undefined,
  )
  await sql`insert into stakeholder (space_id, professional_id) values (${client.spaceId}, ${onlooker.professionalId})`.execute(
    db,
  )
  const administrator = await professional(companyId, 'super_admin', branches[0] ?? '')
  const manager = await professional(companyId, 'manager', branches[0] ?? '')

  /**
   * Adds a folder with `count` items, of which every twentieth is a folder that holds a folder with one file. Their
   * levels and owners take turns; with `shown`, so many of them, evenly spread, reach the client and no other does.
   */
  async function fill(spaceId: string, count: number, { shown }: { shown?: number } = {}): Promise<string> {
    const folderId = await one(sql`
      insert into item (space_id, kind, name, owner_professional_id, company_id, level)
      values (${spaceId}, 'folder', 'Many', ${involved[0]?.professionalId}, ${companyId}, 'company') returning id`)
    const inTurn = sql`(${sql.val(LEVELS)}::text[])[1 + n % 6]`
    const level =
      shown === undefined
        ? inTurn
        : sql`case when n % ${sql.lit(Math.max(1, Math.floor(count / shown)))} = 0 then 'everybody'
            else (array['company', 'me', 'branch'])[1 + n % 3] end`
    await sql`
      with n as (
        select n, gen_random_uuid() as id, gen_random_uuid() as inner_id, ${level} as level, p.id as owner,
          p.company_id, (select min(pb.branch_id::text)::uuid from professional_branch pb where pb.professional_id = p.id) as branch
        from generate_series(0, ${count - 1}::integer) n
        join professional p on p.id = (${sql.val(involved.map((who) => who.professionalId))}::uuid[])[1 + (n / 6) % ${sql.lit(STAKEHOLDERS)}]
      ), rows(id, parent_id, kind, name, owner, company_id, branch_id, level, n) as (
        select id, ${folderId}::uuid, 'folder', 'Folder ' || n, owner, company_id, branch, 'company', n from n where n % 20 = 19
        union all
        select inner_id, id, 'folder', 'Inside ' || n, owner, company_id, branch, 'company', n from n where n % 20 = 19
        union all
        select gen_random_uuid(), inner_id, 'file', 'Deep ' || n, owner, company_id, branch, level, n from n where n % 20 = 19
        union all
        select id, ${folderId}::uuid, 'file', 'File ' || n, owner, company_id, branch, level, n from n where n % 20 <> 19
      ), bytes as (
        insert into blob (id, key, size, sha256, type)
        select id, id::text, 1000 + (n * 7919) % 100000, '', 'application/pdf' from rows where kind = 'file'
      )
      insert into item (id, space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id, created_at)
      select id, ${spaceId}, parent_id, kind, name, owner, company_id, branch_id, level, case when kind = 'file' then id end,
        timestamptz '2026-01-01' + n * interval '1 minute' from rows`.execute(db)
    return folderId
  }

  const [owner, colleague] = involved
  const external = involved[4]
  if (!owner || !colleague || !external) throw new Error('nobody is involved')
  return {
    record: client.spaceId,
    group,
    fill,
    involved,
    /** One of every kind, with the space that they look at; a client's is known. */
    viewers: {
      owner: { actor: owner, spaceId: client.spaceId },
      colleague: { actor: colleague, spaceId: client.spaceId },
      external: { actor: external, spaceId: client.spaceId },
      onlooker: { actor: onlooker, spaceId: client.spaceId },
      administrator: { actor: administrator, spaceId: client.spaceId },
      manager: { actor: manager, spaceId: client.spaceId },
      client: { actor: client.actor, spaceId: undefined },
      'group member': { actor: member.actor, spaceId: undefined },
    } satisfies Record<string, { actor: Actor; spaceId: string | undefined }>,
  }
}

const noPerson = { personId: '00000000-0000-4000-8000-000000000000', address: null }
