import { type Kysely, sql } from 'kysely'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Damage } from './looking.ts'

/**
 * Writes down what became of a blob's bytes, for whoever sees a file of it; null: they are whole again. False where the
 * row has gone, or has another key by now: then nothing is known of it.
 */
export async function markBlob(
  db: Kysely<Database>,
  { id, key }: { id: string; key: string },
  damage: Damage | null,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ damage: Damage | null }>`select damage from blob
      where id = ${id}::uuid and key = ${key} for no key update`.execute(trx)
    const [before] = rows
    if (!before) return false
    if (before.damage === damage) return true
    await trx.updateTable('blob').set({ damage }).where('id', '=', id).execute()
    // From missing to damaged is nothing new to its owner.
    if (before.damage === null || damage === null) {
      const { rows: files } = await sql<{ company: string | null; items: string[] }>`
        select quota_company_id as company, array_agg(id) as items from item where blob_id = ${id}::uuid
        group by 1`.execute(trx)
      for (const { company, items } of files) {
        const action = damage ? 'file_damaged' : 'file_mended'
        await record(trx, null, action, { items, ...(company && { companyId: company }) })
      }
    }
    return true
  })
}

/** Where the files of a blob are, for whoever is to restore them: ids, since names are nobody's but theirs who see them. */
export async function whereabouts(db: Kysely<Database>, blobId: string): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    select format('item %s in space %s of %s, owner %s', i.id, s.id,
      case when s.client_id is not null then 'client ' || s.client_id
        when s.group_id is not null then 'group ' || s.group_id else 'professional ' || s.professional_id end,
      coalesce('professional ' || i.owner_professional_id, 'client ' || i.owner_client_id)) as line
    from item i join space s on s.id = i.space_id where i.blob_id = ${blobId}::uuid order by i.created_at, i.id`.execute(
    db,
  )
  return rows.map(({ line }) => line).join('; ')
}
