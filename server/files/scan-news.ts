import { type Kysely, sql } from 'kysely'
import { viewers, visible } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'

type Db = Kysely<Database>

type Item = {
  id: string
  space_id: string
  owner_professional_id: string | null
  owner_client_id: string | null
  protected: boolean
  deleted: boolean
  client_id: string | null
  group_id: string | null
  /** The item's or, of a client's file, those that follow the client or whose professionals the client chose. */
  companies: string[]
}

/** An administrator in reach of an item. */
type Administrator = { item_id: string; professional_id: string; sees: boolean }

/** Every item that has these bytes: a copy has no others. */
async function readItems(trx: Db, blobId: string): Promise<Item[]> {
  const { rows } = await sql<Item>`
    select i.id, i.space_id, i.owner_professional_id, i.owner_client_id, i.protected,
      i.deletion_id is not null as deleted, s.client_id, s.group_id,
      array(
        select i.company_id where i.company_id is not null
        union select w.company_id from professional w where w.id = any(i.audience)
        union select cc.company_id from client_company cc
          where i.company_id is null and i.audience is null and cc.client_id = i.owner_client_id
            and cc.archived_at is null
      ) as companies
    from item i join space s on s.id = i.space_id where i.blob_id = ${blobId}::uuid order by i.created_at, i.id`.execute(
    trx,
  )
  return rows
}

/**
 * Writes down and tells that malware was found: the owners, and the administrators in reach. Of what they don't see,
 * these learn that it was there, in whose files, and nothing else.
 */
export async function tellInfected(trx: Db, blobId: string, malware: string): Promise<void> {
  const items = await readItems(trx, blobId)
  for (const { id, companies } of items) {
    const about = { items: [id], companyIds: companies, details: { name: malware } }
    await record(trx, null, 'malware_found', about)
  }
  const there = items.filter(({ deleted }) => !deleted)
  const administrators = await readAdministrators(trx, there)
  const told = new Set<string>()
  for (const item of there) {
    await tellOwner(trx, item, 'own_file_infected', { malware })
    for (const { professional_id, sees } of administrators.filter(({ item_id }) => item_id === item.id)) {
      if (professional_id === item.owner_professional_id && !item.protected) continue
      const professionalIds = [professional_id]
      if (sees)
        await tell(trx, { professionalIds }, 'file_infected', { itemId: item.id, details: { malware } })
      // Copies beside each other would be told as though they were several.
      else if (told.size < told.add(`${professional_id} ${item.space_id}`).size)
        await tell(trx, { professionalIds }, 'hidden_file_infected', {
          spaceId: item.space_id,
          ...(item.client_id && { clientId: item.client_id }),
          ...(item.group_id && { groupId: item.group_id }),
        })
    }
  }
}

/** Tells the owners that nobody else gets the file. */
export async function tellUncheckable(trx: Db, blobId: string): Promise<void> {
  for (const item of await readItems(trx, blobId)) {
    if (!item.deleted) await tellOwner(trx, item, 'own_file_uncheckable', {})
  }
}

async function tellOwner(
  trx: Db,
  { id, owner_professional_id, owner_client_id, protected: ownerless }: Item,
  kind: 'own_file_infected' | 'own_file_uncheckable',
  details: Record<string, string>,
): Promise<void> {
  if (ownerless) return
  const professionalIds = owner_professional_id ? [owner_professional_id] : []
  const clientIds = owner_client_id ? [owner_client_id] : []
  await tell(trx, { professionalIds, clientIds }, kind, { itemId: id, details })
}

/** Those of the companies concerned, and of others those who see the item; whether they do. */
async function readAdministrators(trx: Db, items: readonly Item[]): Promise<Administrator[]> {
  const asked = JSON.stringify(items.map(({ id, companies }) => ({ id, companies })))
  const { rows } = await sql<Administrator>`
    select i.id as item_id, v.professional_id, ${visible('i', 'v')} as sees
    from jsonb_to_recordset(${asked}::jsonb) asked(id uuid, companies uuid[])
    join item i on i.id = asked.id
    join ${viewers} v on v.space_id = i.space_id and v.administers
      and (v.company_id = any(asked.companies) or ${visible('i', 'v')})`.execute(trx)
  return rows
}
