import { type Kysely, sql } from 'kysely'
import type { MyProfessional } from '../../core/api/involvement.ts'
import { Problem } from '../../core/errors.ts'
import { type Actor, viewers } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'
import { endInvolvement } from './archiving.ts'
import { isBrought } from './reach.ts'

type Db = Kysely<Database>
type Client = Extract<Actor, { kind: 'client' }>
type Row = Omit<MyProfessional, 'since'> & { since: Date | null }

/** What a client knows of the professionals who are involved with them, and may end. */
export function createMyProfessionals({ db, now }: { db: Db; now: () => Date }) {
  async function list(on: Db, { clientId }: Client): Promise<MyProfessional[]> {
    const { rows } = await sql<Row>`
      select v.professional_id as "professionalId", v.name, co.name as company, st.since, adder.name as "addedBy",
        ${isBrought} or not exists (select from client_company o where o.client_id = s.client_id
          and o.company_id = v.company_id and o.archived_at is null) as external
      from ${viewers} v
      join space s on s.id = v.space_id
      join company co on co.id = v.company_id
      left join stakeholder st
        on st.space_id = v.space_id and st.professional_id = v.professional_id and st.status = 'active'
      left join professional adder on adder.id = st.added_by and adder.id <> st.professional_id
      where s.client_id = ${clientId}::uuid and v.professional_id is not null
      order by v.name collate natural_order, v.professional_id`.execute(on)
    return rows.map((row) => ({ ...row, since: row.since?.toISOString() ?? null }))
  }

  return {
    listMyProfessionals: (actor: Client) => list(db, actor),

    /** @throws not_found where there is no such professional; forbidden for one whom a company that follows the client has added */
    endExternal(actor: Client, { professionalId }: { professionalId: string }): Promise<{ ok: true }> {
      return db.transaction().execute(async (trx) => {
        const target = (await list(trx, actor)).find((one) => one.professionalId === professionalId)
        if (!target) throw new Problem('not_found')
        if (!target.external) throw new Problem('forbidden')
        await record(trx, actor, 'stakeholder_archived', { clientId: actor.clientId, professionalId })
        const space = sql`(select s.id from space s where s.client_id = ${actor.clientId}::uuid)`
        await endInvolvement(trx, { space, professionalId }, now())
        await tell(trx, { professionalIds: [professionalId] }, 'external_ended', { clientId: actor.clientId })
        return { ok: true } as const
      })
    },
  }
}
