import { type Kysely, sql } from 'kysely'
import type { Company } from '../../core/api/administration.ts'
import { Problem } from '../../core/errors.ts'
import type { Level } from '../../core/visibility.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { readUse } from '../files/quota.ts'
import { legalPersonName } from './names.ts'
import { type Professional, requireAbility } from './reach.ts'
import { administering } from './scope.ts'
import { hasSecondFactor } from './sign-in/factors.ts'

type Db = Kysely<Database>
type Change = {
  name?: string | undefined
  defaultLevel?: Level | undefined
  retentionDays?: number | undefined
  secondFactorRequired?: boolean | undefined
  quotaBytes?: number | null | undefined
}

/** The company, as its super admins keep it. */
export function createCompany({ db }: { db: Db }) {
  async function readCompany(actor: Professional, on = db): Promise<Company> {
    requireAbility(actor, 'administerCompany')
    const row = await on
      .selectFrom('company')
      .select(['name', 'default_level', 'retention_days', 'second_factor_required', 'quota_bytes'])
      .where('id', '=', actor.companyId)
      .executeTakeFirstOrThrow()
    return {
      name: row.name,
      defaultLevel: row.default_level as Level,
      retentionDays: row.retention_days,
      secondFactorRequired: row.second_factor_required,
      quotaBytes: row.quota_bytes,
      use: await readUse(on, actor.companyId),
    }
  }

  return {
    /** @throws read_only, forbidden */
    readCompany: (actor: Professional) => readCompany(actor),

    /** @throws read_only, forbidden, name_…; second_factor_first where one would shut oneself out */
    changeCompany(actor: Professional, input: Change): Promise<Company> {
      const { name, defaultLevel, retentionDays, secondFactorRequired, quotaBytes } = input
      return administering(db, actor, async (trx, scope) => {
        requireAbility(scope.actor, 'administerCompany')
        if (secondFactorRequired) await requireSecondFactor(trx, actor)
        const change = {
          ...(name !== undefined && { name: legalPersonName(name) }),
          ...(defaultLevel !== undefined && { default_level: defaultLevel }),
          ...(retentionDays !== undefined && { retention_days: retentionDays }),
          ...(secondFactorRequired !== undefined && { second_factor_required: secondFactorRequired }),
          ...(quotaBytes !== undefined && { quota_bytes: quotaBytes }),
        }
        if (Object.keys(change).length > 0) {
          await trx.updateTable('company').set(change).where('id', '=', actor.companyId).execute()
          const { second_factor_required, ...others } = change
          const details = {
            ...others,
            ...(second_factor_required !== undefined && { second_factor: String(second_factor_required) }),
          }
          await record(trx, actor, 'company_changed', { details })
        }
        return readCompany(scope.actor, trx)
      })
    },
  }
}

async function requireSecondFactor(on: Db, { personId }: Professional): Promise<void> {
  const { rows } =
    await sql`select from person p where p.id = ${personId}::uuid and ${hasSecondFactor}`.execute(on)
  if (rows.length === 0) throw new Problem('second_factor_first')
}
