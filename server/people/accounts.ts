import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import type { Hat, Me } from '../../core/api/account.ts'
import type { Theme } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { can, type Profile } from '../../core/profiles.ts'
import type { Level } from '../../core/visibility.ts'
import type { Database } from '../db/schema.ts'
import type { Language } from '../notify/letters.ts'
import { legalPersonName } from './names.ts'
import { hatOrder, hats, recordOfPerson, type Session } from './sessions.ts'

type Change = {
  language?: Language | undefined
  theme?: z.infer<typeof Theme> | undefined
  name?: string | undefined
}

type HatRow = {
  id: string
  kind: Hat['kind']
  name: string
  profile: Profile
  company: { id: string; name: string; defaultLevel: Level }
  branches: { id: string; name: string }[]
  second_factor_needed: boolean
}

/** Oneself: one's settings, and as whom one acts. */
export function createAccounts({ db, now }: { db: Kysely<Database>; now: () => Date }) {
  async function readMe(session: Session): Promise<Me> {
    const person = await db
      .selectFrom('person')
      .select(['id', 'name', 'email', 'language', 'theme'])
      .where('id', '=', session.personId)
      .executeTakeFirstOrThrow(() => new Problem('not_signed_in'))
    const { rows } = await sql<HatRow>`
      select h.id, h.kind, h.name, h.profile, h.second_factor_required and not s.two_factors as second_factor_needed,
        json_build_object('id', co.id, 'name', co.name, 'defaultLevel', co.default_level) as company,
        (select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name)
            order by pb.branch_id is null, b.name collate natural_order, b.id), '[]')
          from branch b
          left join professional_branch pb on pb.branch_id = b.id and pb.professional_id = h.id
          where b.company_id = h.company_id and b.archived_at is null
            and (pb.branch_id is not null or h.profile = 'super_admin')) as branches
      from session s join ${hats} h on h.person_id = s.person_id
      left join company co on co.id = h.company_id
      where s.id = ${session.id}::uuid order by ${hatOrder}`.execute(db)
    const mine = rows.map(toHat)
    return { person: person as Me['person'], hat: mine[0] ?? null, hats: mine }
  }

  return {
    readMe,

    /** One's name is the same everywhere: as a professional and as a client too. */
    async changeMe(session: Session, { language, theme, name }: Change): Promise<Me> {
      const legal = name === undefined ? undefined : legalPersonName(name)
      await db.transaction().execute(async (trx) => {
        await trx
          .updateTable('person')
          .set({
            ...(language && { language }),
            ...(theme && { theme }),
            ...(legal && { name: legal }),
            updated_at: now(),
          })
          .where('id', '=', session.personId)
          .execute()
        if (!legal) return
        await trx
          .updateTable('professional')
          .set({ name: legal })
          .where('person_id', '=', session.personId)
          .execute()
        await trx
          .updateTable('client')
          .set({ name: legal })
          .where('person_id', '=', session.personId)
          .execute()
        await recordOfPerson(trx, session, 'name_changed')
      })
      return readMe(session)
    },

    /** @throws not_found unless one is that professional or client, and still may act as them */
    async changeHat(session: Session, { id }: { id: string }): Promise<Me> {
      const { rows } = await sql`
        update session s set acting_as = h.id, updated_at = ${now()}
        from ${hats} h
        where s.id = ${session.id}::uuid and h.person_id = s.person_id and h.id = ${id}::uuid returning s.id`.execute(
        db,
      )
      if (rows.length === 0) throw new Problem('not_found')
      return readMe(session)
    },
  }
}

function toHat({ id, kind, name, profile, company, second_factor_needed, ...row }: HatRow): Hat {
  if (kind === 'client') return { kind, id, name }
  // Nothing of the company before there is a second factor; its name says what it is for.
  const branches = second_factor_needed ? [] : row.branches
  const abilities = {
    createClients: can(profile, 'createClients'),
    createGroups: can(profile, 'createGroups') && branches.length > 0,
    writeFiles: can(profile, 'writeFiles'),
    administer: can(profile, 'administer'),
    administerCompany: can(profile, 'administerCompany'),
  }
  return {
    kind,
    id,
    name,
    profile,
    company,
    secondFactorNeeded: second_factor_needed,
    branches,
    can: abilities,
  }
}
