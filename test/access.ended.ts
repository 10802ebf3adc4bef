import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Item } from '../core/api/shapes.ts'
import type { Actor } from '../server/access.ts'
import type { Client, Professional, World } from './world.ts'

/** Whether somebody still sees something, now that an involvement, a link, a group or a file has ended. */
export type Ended = { what: string; actor: Actor; itemId: string; seen: boolean; can?: Partial<Item['can']> }

/** What the access table has no row for: ends of what everybody in a row stands on. */
export async function createEnded(world: World): Promise<Ended[]> {
  const { db } = world
  const practice = await world.addCompany({ name: 'Practice', branches: ['Laval', 'Québec'] })
  const other = await world.addCompany({ name: 'Other' })
  const boss = await world.addProfessional(practice, 'super_admin')
  const manager = await world.addProfessional(practice, 'manager')
  const employee = await world.addProfessional(practice)
  const elsewhere = await world.addProfessional(other)
  const archived = await world.addProfessional(practice, 'super_admin')
  await db
    .updateTable('professional')
    .set({ archived_at: new Date() })
    .where('id', '=', archived.id)
    .execute()

  /** Followed by both; the second may have archived the link, as the practice does in the end where it says so. */
  async function addClient(ends?: 'practice' | 'other'): Promise<Client> {
    const client = await world.addClient(practice)
    const link = { client_id: client.id, company_id: other.id }
    await db.insertInto('client_company').values(link).execute()
    for (const one of [employee, elsewhere, archived]) await world.setStakeholder(client, one)
    if (ends) {
      const company_id = ends === 'other' ? other.id : practice.id
      const set = { archived_at: new Date() }
      await db
        .updateTable('client_company')
        .set(set)
        .where('client_id', '=', client.id)
        .where('company_id', '=', company_id)
        .execute()
    }
    return client
  }
  async function addItem(
    spaceId: string,
    values: { parent?: string; kind?: 'folder' } = {},
  ): Promise<string> {
    const blob = { key: randomUUID(), size: 1, sha256: Buffer.alloc(32), type: 'text/plain' }
    const { id: blob_id } = await db.insertInto('blob').values(blob).returning('id').executeTakeFirstOrThrow()
    const folder = values.kind === 'folder'
    const row = {
      space_id: spaceId,
      parent_id: values.parent ?? null,
      kind: folder ? 'folder' : 'file',
      name: 'item',
      owner_professional_id: boss.id,
      company_id: practice.id,
      level: folder ? 'company' : 'everybody',
      blob_id: folder ? null : blob_id,
    }
    return (await db.insertInto('item').values(row).returning('id').executeTakeFirstOrThrow()).id
  }

  const found: Ended[] = []
  const say = (what: string, who: Professional | Client, itemId: string, seen = false) =>
    found.push({ what, actor: actorOf(who), itemId, seen })

  const resting = await addClient('practice')
  const left = await addClient('other')
  const [inResting, inLeft] = [await addItem(resting.spaceId), await addItem(left.spaceId)]
  for (const who of [boss, manager, employee]) {
    say('their company archived the client', who, inResting)
    say('another company archived the client', who, inLeft, true)
  }
  say('another company archived the client', elsewhere, inResting, true)
  say('their company archived the client', elsewhere, inLeft)
  for (const client of [resting, left])
    say('a company archived the client', client, client === left ? inLeft : inResting, true)
  say('the professional is archived', archived, inLeft)

  const [group, deleted, otherGroup] = [
    await world.addGroup(practice, [resting, left]),
    await world.addGroup(practice, [left]),
    await world.addGroup(practice, []),
  ]
  for (const one of [group, deleted]) await world.setStakeholder(one, employee)
  await db.updateTable('client_group').set({ deleted_at: new Date() }).where('id', '=', deleted.id).execute()
  const [inGroup, inDeleted, inOther] = [
    await addItem(group.spaceId),
    await addItem(deleted.spaceId),
    await addItem(otherGroup.spaceId),
  ]
  for (const who of [boss, manager, employee]) say('the group is deleted', who, inDeleted)
  say('the group is deleted', left, inDeleted)
  say('a member', left, inGroup, true)
  say('no member of this group', left, inOther)
  say('the group’s company archived the member', resting, inGroup)

  const client = await addClient()
  const folder = await addItem(client.spaceId, { kind: 'folder' })
  const file = await addItem(client.spaceId, { parent: folder })
  say('it is open', client, file, true)
  await db.updateTable('item').set({ parent_id: null }).where('id', '=', file).execute()
  say('nothing is left inside', client, folder)
  const ofBranch = await addItem(client.spaceId)
  const branch = { level: 'branch', branch_id: practice.branches.Laval ?? null }
  await db.updateTable('item').set(branch).where('id', '=', ofBranch).execute()
  say('one of their two branches', employee, ofBranch, true)
  const theirs = await addItem(client.spaceId)
  const by = { owner_professional_id: null, owner_client_id: client.id, company_id: null }
  const audience = [employee.id, manager.id].sort()
  await db
    .updateTable('item')
    .set({ ...by, level: 'client', audience })
    .where('id', '=', theirs)
    .execute()
  for (const who of [employee, manager]) say('one of two chosen', who, theirs, true)
  const emptied = await addItem(client.spaceId, { kind: 'folder' })
  const within = await addItem(client.spaceId, { parent: emptied })
  await db
    .updateTable('item')
    .set({ ...by, level: 'client' })
    .where('id', '=', within)
    .execute()
  await db.updateTable('item').set({ parent_id: null }).where('id', '=', within).execute()
  found.push({
    what: 'emptied of others’ files',
    actor: actorOf(boss),
    itemId: emptied,
    seen: true,
    can: { delete: true },
  })
  const results = await addItem(client.spaceId, { kind: 'folder' })
  const result = await addItem(client.spaceId, { parent: results })
  await db.updateTable('item').set({ protected: true }).where('id', '=', result).execute()
  found.push({
    what: 'it holds a result',
    actor: actorOf(boss),
    itemId: results,
    seen: true,
    can: { delete: false },
  })
  const admin = await world.addProfessional(practice, 'branch_admin', { branches: ['Laval'] })
  const inQuébec = await addItem(client.spaceId)
  const québec = { branch_id: practice.branches.Québec ?? null }
  await db.updateTable('item').set(québec).where('id', '=', inQuébec).execute()
  const may = (itemId: string, takeOver: boolean, who = admin) =>
    found.push({ what: 'of the branch', actor: actorOf(who), itemId, seen: true, can: { takeOver } })
  may(inQuébec, false)
  may(file, false)
  const inLaval = await addItem(client.spaceId)
  await db.updateTable('item').set({ branch_id: branch.branch_id }).where('id', '=', inLaval).execute()
  may(inLaval, true)
  may(inLaval, true, await world.addProfessional(practice, 'branch_admin'))
  const gone = await addItem(client.spaceId)
  await sql`with d as (insert into deletion (space_id, professional_id, undo_until, purge_after)
      values (${client.spaceId}, ${boss.id}, now(), now()) returning id)
    update item set deletion_id = d.id from d where item.id = ${gone}::uuid`.execute(db)
  for (const who of [boss, employee, client]) say('it is deleted', who, gone)
  return found
}

function actorOf(who: Professional | Client): Actor {
  const { personId } = who
  return who.kind === 'client'
    ? { kind: 'client', personId, address: null, clientId: who.id }
    : {
        kind: 'professional',
        personId,
        address: null,
        professionalId: who.id,
        companyId: who.companyId,
        profile: 'employee',
      }
}
