import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { holds } from '../properties.ts'
import { type Browser, createWorld, encodeMetadata, problem, readProblem, type World } from '../world.ts'

/** A company with a quota in bytes, an employee of it, and a client whom it follows. */
async function withQuota(t: Parameters<typeof createWorld>[0], quota: number | null) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  await world.db.updateTable('company').set({ quota_bytes: quota }).where('id', '=', company.id).execute()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const browser = await world.signIn(owner)
  return { world, company, owner, client, browser, spaceId: client.spaceId }
}

const use = async ({ db }: World, companyId: string) =>
  (
    await db
      .selectFrom('company_use')
      .select('bytes')
      .where('company_id', '=', companyId)
      .executeTakeFirstOrThrow()
  ).bytes

/** The truth: every file of the company's by the bytes behind it, once each. */
async function recounted({ db }: World, companyId: string) {
  const { rows } = await sql<{ bytes: number }>`
    select coalesce(sum(size), 0)::bigint as bytes from blob where id in (
      select blob_id from item where quota_company_id = ${companyId}::uuid)`.execute(db)
  return rows[0]?.bytes
}

async function reserved({ db }: World, companyId: string) {
  const { rows } = await sql<{ bytes: number }>`select coalesce(sum(size), 0)::bigint as bytes from upload
    where quota_company_id = ${companyId}::uuid and item_id is null`.execute(db)
  return rows[0]?.bytes ?? 0
}

/** Announces an upload. @throws what the server refuses with */
async function announce(browser: Browser, size: number, place: Record<string, string>): Promise<string> {
  const answer = await browser.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(size),
      'Upload-Metadata': encodeMetadata({ filename: 'x', ...place }),
    },
  })
  if (!answer.ok) throw await readProblem(answer)
  return answer.headers.get('Location') ?? ''
}

async function send(browser: Browser, url: string, size: number): Promise<Response> {
  return browser.fetch(url, {
    method: 'PATCH',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body: Buffer.alloc(size, 1),
  })
}

const giveUp = (browser: Browser, url: string) =>
  browser.fetch(url, { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } })

test('room is reserved before the bytes come, settled with the file, and given back with an upload given up', async (t) => {
  const { world, company, browser, spaceId } = await withQuota(t, 100)
  const first = await announce(browser, 60, { spaceId })
  await assert.rejects(announce(browser, 41, { spaceId }), problem('quota_full'))
  const second = await announce(browser, 40, { spaceId })
  assert.equal((await giveUp(browser, second)).status, 204)
  const third = await announce(browser, 40, { spaceId })
  const answer = await send(browser, first, 60)
  assert.deepEqual([answer.status, await use(world, company.id)], [204, 60])
  await assert.rejects(announce(browser, 1, { spaceId }), problem('quota_full'))
  world.pass({ days: 8 })
  await world.services.jobs.add(world.db, 'expire-uploads', {})
  await world.runJobs()
  assert.equal(
    (await browser.fetch(third, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })).status,
    404,
  )
  const file = await browser.upload('x'.repeat(40), { spaceId })
  assert.equal(await use(world, company.id), 100)

  await browser.api.files.deleteItems({ ids: [file.id] })
  await assert.rejects(announce(browser, 1, { spaceId }), problem('quota_full'), 'it can still come back')
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.equal(await use(world, company.id), 60)
  await world.db.updateTable('company').set({ quota_bytes: 10 }).where('id', '=', company.id).execute()
  await assert.rejects(announce(browser, 1, { spaceId }), problem('quota_full'))
  await world.db.updateTable('company').set({ quota_bytes: null }).where('id', '=', company.id).execute()
  await announce(browser, 1_000_000_000, { spaceId })
})

test('what one person reserves without sending it is bounded; what is reserved shows', async (t) => {
  const GB = 1024 ** 3
  const { world, company, client, browser, spaceId } = await withQuota(t, 8 * GB)
  const chief = (await world.signIn(await world.addProfessional(company, 'super_admin'))).api.administration
  const asClient = await world.signIn(client)
  const [first] = [await announce(asClient, 5 * GB, {}), await announce(browser, GB / 2, { spaceId })]
  assert.equal((await chief.readCompany()).use.bytes, 5_906_000_000)
  await assert.rejects(announce(asClient, GB, {}), problem('too_many_uploads'))
  // What waits for its phone to come back is not in the way of a photo.
  await announce(asClient, 5_000_000, {})
  await browser.upload('a letter', { spaceId })
  assert.equal((await giveUp(asClient, first)).status, 204)
  // Many small ones are never in each other's way.
  for (let index = 0; index < 3; index++) await announce(asClient, 1_000_000, {})
  const refused = Array.from({ length: 3 }, () => announce(browser, 2 * GB, { spaceId }))
  const codes = (await Promise.allSettled(refused)).map((one) =>
    one.status === 'rejected' ? one.reason.code : 'made',
  )
  assert.deepEqual(codes.sort(), ['made', 'too_many_uploads', 'too_many_uploads'])
})

test('uploads that begin at once take turns: together they never reserve more than there is', async (t) => {
  const { world, company, client, spaceId } = await withQuota(t, 100)
  // What one person announces in the same moment takes one turn.
  const browsers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const professional = await world.addProfessional(company)
      await world.setStakeholder(client, professional)
      return world.signIn(professional)
    }),
  )
  const { asked } = await world.db.transaction().execute(async (trx) => {
    await sql`select lock_use(array[${company.id}::uuid])`.execute(trx)
    const asked = Promise.allSettled(browsers.map((browser) => announce(browser, 30, { spaceId })))
    let settled = false
    void asked.then(() => {
      settled = true
    })
    const waiting = async () =>
      (
        await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(world.db)
      ).rows.length
    while ((await waiting()) < 4) assert.ok(!settled, 'they take turns')
    return { asked }
  })
  const outcomes = await asked
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3)
  for (const one of outcomes)
    if (one.status === 'rejected') assert.ok(problem('quota_full')(one.reason), String(one.reason))
  assert.equal(await reserved(world, company.id), 90)
})

const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('announce' as const),
      sizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('giveUp' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
)

test('whatever is announced, sent, given up, deleted and purged, side by side: counted right, never too much', async (t) => {
  const quota = 150
  const { world, company, browser, spaceId } = await withQuota(t, quota)
  const fits = async () => {
    const bytes = await use(world, company.id)
    assert.equal(bytes, await recounted(world, company.id))
    assert.ok(bytes + (await reserved(world, company.id)) <= quota)
  }
  await holds(
    fc.asyncProperty(
      fc.array(operation, { minLength: 8, maxLength: 16, size: 'max' }),
      async (operations) => {
        let open: { url: string; size: number }[] = []
        let files: string[] = []
        for (const op of operations) {
          const upload = 'which' in op ? open[op.which % Math.max(open.length, 1)] : undefined
          if (op.do === 'announce') {
            const made = await Promise.all(
              op.sizes.map(async (size) => {
                try {
                  return [{ url: await announce(browser, size, { spaceId }), size }]
                } catch (error) {
                  if (problem('quota_full')(error)) return []
                  throw error
                }
              }),
            )
            open.push(...made.flat())
          } else if (op.do === 'send' && upload) {
            const answer = await send(browser, upload.url, upload.size)
            files.push(answer.headers.get('Carnet-Item') ?? '')
            open = open.filter((one) => one !== upload)
          } else if (op.do === 'giveUp' && upload) {
            await giveUp(browser, upload.url)
            open = open.filter((one) => one !== upload)
          } else if (op.do === 'delete' && files.length > 0) {
            const id = files[op.which % files.length] ?? ''
            await browser.api.files.deleteItems({ ids: [id] })
            files = files.filter((one) => one !== id)
          } else if (op.do === 'purge') {
            await world.db
              .updateTable('deletion')
              .set({ purge_after: new Date(0) })
              .execute()
            await world.services.items.purge()
          }
          await fits()
        }
        for (const { url } of open) await giveUp(browser, url)
        if (files.length > 0) await browser.api.files.deleteItems({ ids: files })
        await world.db
          .updateTable('deletion')
          .set({ purge_after: new Date(0) })
          .execute()
        await world.services.items.purge()
        assert.deepEqual([await use(world, company.id), await reserved(world, company.id)], [0, 0])
      },
    ),
    { runs: 4 },
  )
})

test('a client’s own files count for who has followed them longest; shared bytes count once, previews not', async (t) => {
  const { world, company, client, browser, spaceId } = await withQuota(t, null)
  const later = await world.addCompany({ name: 'Later' })
  await world.db.insertInto('client_company').values({ client_id: client.id, company_id: later.id }).execute()
  const ofClient = await world.signIn(client)
  await ofClient.upload('x'.repeat(30))
  const { id } = await browser.upload('y'.repeat(7), { spaceId })
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [37, 0])

  // As copies from a library are: several in one statement, and one of another company's.
  const copy = (companyId: string, count: number) =>
    sql`
    insert into item (space_id, kind, name, owner_professional_id, company_id, level, blob_id)
    select space_id, kind, name, owner_professional_id, ${companyId}::uuid, 'me', blob_id
    from item, generate_series(1, ${count}) where id = ${id}::uuid`.execute(world.db)
  await copy(company.id, 3)
  await copy(later.id, 2)
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [37, 7])
  const { deletionId } = await browser.api.files.deleteItems({ ids: [id] })
  await world.db
    .updateTable('item')
    .set({ deletion_id: deletionId })
    .where('company_id', '=', company.id)
    .execute()
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [30, 7])

  const links = world.db.updateTable('client_company').where('client_id', '=', client.id)
  await links.set({ archived_at: new Date() }).where('company_id', '=', company.id).execute()
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [0, 37])
  await world.db.updateTable('company').set({ quota_bytes: 40 }).where('id', '=', later.id).execute()
  await assert.rejects(ofClient.upload('x'.repeat(4)), problem('quota_full'))
  await ofClient.upload('xxx')
  assert.equal(await use(world, later.id), 40)
  await links.set({ archived_at: new Date() }).where('company_id', '=', later.id).execute()
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [0, 40], 'the last that did')
  await assert.rejects(ofClient.upload('x'), problem('quota_full'))
  await links.set({ archived_at: null }).where('company_id', '=', company.id).execute()
  assert.deepEqual([await use(world, company.id), await use(world, later.id)], [33, 7])
})

test('a profile that changes during an upload ends it, and it goes on when that is taken back; archiving gives it up', async (t) => {
  const { world, company, owner, browser, spaceId } = await withQuota(t, 100)
  const chief = (await world.signIn(await world.addProfessional(company, 'super_admin'))).api.administration
  const url = await announce(browser, 60, { spaceId })
  await chief.changeProfessional({ professionalId: owner.id, profile: 'read_only' })
  const refused = await send(browser, url, 60)
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [403, 'read_only'])
  assert.deepEqual((await browser.api.files.listItems({ spaceId })).items, [], 'nothing of it shows')
  assert.deepEqual([await use(world, company.id), await reserved(world, company.id)], [0, 60])
  await chief.changeProfessional({ professionalId: owner.id, profile: 'employee' })
  assert.equal((await send(browser, url, 60)).status, 204)
  assert.deepEqual([await use(world, company.id), await reserved(world, company.id)], [60, 0])

  const late = await announce(browser, 40, { spaceId })
  await chief.archiveProfessional({ professionalId: owner.id })
  assert.equal((await send(browser, late, 40)).status, 404)
  await world.runJobs()
  assert.deepEqual([await use(world, company.id), await reserved(world, company.id)], [60, 0])
})
