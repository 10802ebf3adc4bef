import assert from 'node:assert/strict'
import { before, type TestContext, test } from 'node:test'
import { EICAR } from '../clamd.ts'
import type { Browser } from '../world.ts'
import { enter } from './house.ts'

const notesOf = async (browser: Browser) =>
  (await browser.api.inbox.readInbox({})).notes.map(({ kind, item, client, group, details, place }) => ({
    kind,
    item,
    whose: client ?? group,
    details,
    leadsTo: place?.itemId ?? place?.clientId ?? place?.groupId ?? null,
  }))

const MALWARE = { malware: 'Eicar-Test-Signature' }

test('owners and administrators are told of malware: administrators no name of what they don’t see', async (t) => {
  const { world, company, people, owner, client, colleague, boss, stranger } = await enter(t)
  const branchAdmin = await world.addProfessional(company, 'branch_admin')
  const elsewhere = await world.addCompany({ name: 'Elsewhere' })
  const external = await world.addProfessional(elsewhere)
  const otherBoss = await world.addProfessional(elsewhere, 'super_admin')
  await world.setStakeholder(people.client, external)
  const { spaceId } = people.client
  const seen = await owner.upload(EICAR, { spaceId, level: 'company', name: 'seen.txt' })
  const hidden = await owner.upload(EICAR, { spaceId, level: 'me', name: 'hidden.txt' })
  const asExternal = await world.signIn(external)
  await asExternal.upload(EICAR, { spaceId, level: 'me', name: 'theirs.txt' })
  const shared = await asExternal.upload(EICAR, { spaceId, level: 'everybody', name: 'shared.txt' })
  const mine = await client.upload(EICAR, { name: 'mine.txt' })
  const deleted = await owner.upload(EICAR, { spaceId, level: 'company', name: 'deleted.txt' })
  await owner.api.files.deleteItems({ ids: [deleted.id] })
  await world.runJobs()

  const told = (kind: string, { id, name }: { id: string; name: string }) => ({
    kind,
    item: name,
    whose: null,
    details: MALWARE,
    leadsTo: id,
  })
  const byName = (notes: Awaited<ReturnType<typeof notesOf>>) =>
    notes.toSorted((a, b) => (a.item ?? '').localeCompare(b.item ?? ''))
  assert.deepEqual(byName(await notesOf(owner)), [
    told('own_file_infected', hidden),
    told('own_file_infected', seen),
  ])
  assert.deepEqual(await notesOf(client), [told('own_file_infected', mine)])
  for (const browser of [boss, await world.signIn(branchAdmin)]) {
    assert.deepEqual(byName(await notesOf(browser)), [
      { kind: 'hidden_file_infected', item: null, whose: 'Zoé', details: {}, leadsTo: people.client.id },
      told('file_infected', mine),
      told('file_infected', seen),
      told('file_infected', shared),
    ])
  }
  // Nobody else; of another company's file, its own administrators by their log alone: they don't reach the record.
  for (const browser of [colleague, stranger, await world.signIn(otherBoss)])
    assert.deepEqual(await notesOf(browser), [])
  assert.deepEqual((await notesOf(asExternal)).map(({ item }) => item).sort(), ['shared.txt', 'theirs.txt'])
  const words = JSON.stringify(await boss.api.inbox.readInbox({}))
  assert.ok(!words.includes('hidden.txt') && !words.includes('theirs.txt'))

  const logOf = async (browser: Browser) =>
    (await browser.api.audit.listEntries({})).entries
      .filter(({ action }) => action === 'malware_found')
      .map(({ by, item, details }) => [by, item?.name, details.name])
      .sort()
  assert.deepEqual(await logOf(boss), [
    [null, null, undefined],
    [null, 'deleted.txt', MALWARE.malware],
    [null, 'mine.txt', MALWARE.malware],
    [null, 'seen.txt', MALWARE.malware],
  ])
  assert.equal((await logOf(await world.signIn(otherBoss))).length, 2)
})

test('copies that a reader doesn’t see are told of once, and what is clean not at all', async (t) => {
  const { world, people, owner, boss } = await enter(t)
  const { spaceId } = people.client
  const file = await owner.upload(EICAR, { spaceId, level: 'me' })
  await world.db
    .insertInto('item')
    .columns(['space_id', 'kind', 'name', 'owner_professional_id', 'company_id', 'level', 'blob_id'])
    .expression((eb) =>
      eb
        .selectFrom('item')
        .select(['space_id', 'kind', 'name', 'owner_professional_id', 'company_id', 'level', 'blob_id'])
        .where('id', '=', file.id),
    )
    .execute()
  await owner.upload('clean', { spaceId, level: 'company' })
  await world.runJobs()
  assert.deepEqual(
    (await notesOf(boss)).map(({ kind }) => kind),
    ['hidden_file_infected'],
  )
  assert.equal((await notesOf(owner)).length, 2)
})

type House = Awaited<ReturnType<typeof enter>>
let house: House
before(async (t) => {
  house = await enter(t as TestContext)
})

test('a download under way breaks off once malware was found in the file', async (t) => {
  const { world, at, owner } = house
  const big = Buffer.concat([Buffer.alloc(24 * 1024 * 1024, 7), Buffer.from(EICAR)])
  house.clamd.state.max = 2 * big.length
  const { id } = await owner.upload(big, at)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const paths = [`/api/items/${id}/content`, `/api/zip?ids=${id}`]
  const underWay = await Promise.all(
    paths.map(async (path) => {
      const answer = await owner.fetch(path)
      assert.equal(answer.status, 200)
      const reader = answer.body?.getReader() ?? assert.fail()
      await reader.read()
      return reader
    }),
  )
  await world.runJobs()
  assert.equal((await owner.api.files.readItem({ itemId: id })).scan, 'infected')
  t.mock.timers.tick(2000)
  for (const reader of underWay)
    await assert.rejects(async () => {
      while (!(await reader.read()).done) await world.db.selectFrom('session').select('id').execute()
    }, 'broken off, not ended')
})
