import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { FORMER_MEMBER } from '../../core/names.ts'
import { readMails } from '../mails.ts'
import { createWorld, PASSWORD, problem, type World } from '../world.ts'

const password = { password: PASSWORD }

async function withHouse(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné' })
  const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana' })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia Tremblay' })
  const zoe = await world.addClient(company, { name: 'Zoé' })
  await world.setStakeholder(zoe, olivia)
  const [asAna, asOlivia, asZoe] = [
    await world.signIn(ana),
    await world.signIn(olivia),
    await world.signIn(zoe),
  ]
  return { world, company, ana, olivia, zoe, asAna, asOlivia, asZoe }
}

/** Whether anything in the database holds these words. */
async function holds({ db }: World, words: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'graphile_worker')`.execute(db)
  const found = []
  for (const { name } of tables) {
    const { rows } =
      await sql`select from ${sql.raw(name)} x where position(${words} in x::text) > 0 limit 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}

test('an erased professional is a former member: what they added stays theirs, and nobody’s rights grow', async (t) => {
  const { world, company, olivia, zoe, asAna, asOlivia, asZoe } = await withHouse(t)
  const there = { spaceId: zoe.spaceId }
  const folder = await asOlivia.api.files.createFolder({ ...there, parentId: null, name: 'Plans' })
  const shared = await asOlivia.upload('x', { ...there, parentId: folder.id, level: 'company_client' })
  const secret = await asOlivia.upload('x', { ...there, level: 'me' })
  const elsewhere = await world.addCompany({ name: 'Elsewhere' })
  const { id: also } = await world.db
    .insertInto('professional')
    .values({ company_id: elsewhere.id, person_id: olivia.personId, name: olivia.name, profile: 'employee' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const second = await world.signIn(olivia)

  await assert.rejects(
    asOlivia.api.account.eraseAccount({ password: 'not the password' }),
    problem('present_password_wrong'),
  )
  await asOlivia.api.account.eraseAccount(password)
  for (const gone of [asOlivia, second])
    await assert.rejects(gone.api.account.readMe(), problem('not_signed_in'))
  assert.deepEqual(await holds(world, olivia.email), [])
  assert.deepEqual(await holds(world, olivia.name), [])
  await assert.rejects(world.signIn(olivia), problem('wrong_credentials'))

  for (const one of [shared, folder]) {
    const item = await asAna.api.files.readItem({ itemId: one.id })
    assert.deepEqual([item.owner?.name, item.owner?.id, item.protected], [FORMER_MEMBER, olivia.id, false])
    assert.deepEqual([item.can.modify, item.can.delete], [false, false])
  }
  const item = await asZoe.api.files.readItem({ itemId: shared.id })
  assert.deepEqual([item.owner?.name, item.protected, item.can.delete], [FORMER_MEMBER, false, false])
  for (const api of [asAna.api, asZoe.api])
    await assert.rejects(api.files.readItem({ itemId: secret.id }), problem('not_found'))
  await asAna.upload('x', { ...there, parentId: folder.id })
  const whose = { ...there, professionalId: olivia.id, reason: 'Olivia has left' }
  assert.deepEqual(await asAna.api.custody.takeOverSpace(whose), { items: 3 }, 'it can be taken over')

  const { stakeholders } = await asAna.api.involvement.listStakeholders(there)
  assert.ok(!stakeholders.some(({ professionalId }) => professionalId === olivia.id))
  const rows = await world.db
    .selectFrom('professional')
    .selectAll()
    .where('id', 'in', [olivia.id, also])
    .execute()
  for (const { name, archived_at, person_id } of rows)
    assert.deepEqual([name, archived_at === null, person_id], [FORMER_MEMBER, false, null])
  const entries = await world.db
    .selectFrom('audit_entry')
    .select('company_id')
    .where('action', '=', 'account_erased')
    .execute()
  assert.deepEqual(entries.map((entry) => entry.company_id).sort(), [company.id, elsewhere.id].sort())

  // The address is anybody's again.
  const again = await asAna.api.people.createClient({ name: 'Somebody', email: olivia.email })
  await world.runJobs()
  const mail = (await readMails(world.dataDir)).findLast(({ to }) => to === olivia.email)
  const token = mail?.link.split('#')[1] ?? ''
  await world.visitor().api.account.acceptInvitation({ token, password: 'another long password' })
  assert.equal((await asAna.api.people.readClient({ clientId: again.id })).app, 'active')
})

test('an erased client leaves the record to the practice, without an account; it may get one again', async (t) => {
  const { world, zoe, asAna, asZoe } = await withHouse(t)
  const file = await asZoe.upload('mine')
  await asZoe.api.account.eraseAccount(password)
  await assert.rejects(asZoe.api.files.readItem({ itemId: file.id }), problem('not_signed_in'))
  assert.deepEqual(await holds(world, zoe.email), [])
  const { people } = asAna.api
  const record = await people.readClient({ clientId: zoe.id })
  assert.deepEqual([record.name, record.app, record.email], ['Zoé', 'none', null])
  const kept = await asAna.api.files.readItem({ itemId: file.id })
  assert.deepEqual([kept.owner?.name, kept.protected, kept.can.modify], ['Zoé', false, false])

  await people.changeClient({ clientId: zoe.id, email: 'zoe@new.test' })
  await world.runJobs()
  const token =
    (await readMails(world.dataDir)).findLast(({ to }) => to === 'zoe@new.test')?.link.split('#')[1] ?? ''
  await world.visitor().api.account.acceptInvitation({ token, ...password })
  const back = await world.signIn({ email: 'zoe@new.test' })
  assert.equal((await back.api.files.readItem({ itemId: file.id })).can.modify, true)
})

test('nobody leaves a company, its people or its clients without a super admin', async (t) => {
  const { world, company, olivia, zoe, ana, asAna } = await withHouse(t)
  const erase = () => asAna.api.account.eraseAccount(password)
  const alone = (error: unknown) =>
    problem('company_left_alone')(error) && (error as { data: { company: string } }).data.company === 'Kiné'
  await assert.rejects(erase(), alone, 'colleagues and clients are left')
  await asAna.api.administration.archiveProfessional({ professionalId: olivia.id })
  await assert.rejects(erase(), alone, 'a client is left')
  const other = await world.addProfessional(company, 'super_admin')
  const [one, two] = await Promise.allSettled([
    erase(),
    (await world.signIn(other)).api.account.eraseAccount(password),
  ])
  assert.deepEqual([one.status, two.status].sort(), ['fulfilled', 'rejected'], 'not both at once')
  const last = await world.signIn(one.status === 'fulfilled' ? other : ana)
  await last.api.lives.archiveClient({ clientId: zoe.id })
  await last.api.account.eraseAccount(password)
})

test('guessing at the password of an open session ends soon', async (t) => {
  const { asOlivia } = await withHouse(t)
  const guess = () => asOlivia.api.account.eraseAccount({ password: 'a guess at the password' })
  for (let n = 0; n < 10; n++) await assert.rejects(guess(), problem('present_password_wrong'))
  await assert.rejects(guess(), problem('too_many_requests'))
  await assert.rejects(asOlivia.api.account.eraseAccount(password), problem('too_many_requests'))
})
