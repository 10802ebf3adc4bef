import assert from 'node:assert/strict'
import { before, type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import type { ErrorCode } from '../../core/errors.ts'
import type { Level } from '../../core/visibility.ts'
import { flat } from '../previews/hostile.ts'
import { until } from '../process.ts'
import { type Browser, createWorld, encodeMetadata, type Professional, readProblem } from '../world.ts'

// Access that ends has ended now: for a download or a ZIP under way, an upload under way, and an address known before.

const BIG = Buffer.alloc(24 * 1024 * 1024, 7)

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const other = await world.addCompany({ name: 'Other' })
  const client = await world.addClient(company)
  const boss = await world.addProfessional(company, 'super_admin')
  const owner = await world.addProfessional(company)
  await world.setStakeholder(client, owner)
  const browsers = { boss: await world.signIn(boss), owner: await world.signIn(owner) }
  const { id } = await browsers.owner.upload(BIG, { spaceId: client.spaceId, level: 'everybody' })
  // As if it had pages, as long as itself.
  await sql`insert into preview (blob_id, variant, key, type, size)
    select id, 'pages', key, 'application/pdf', size from blob`.execute(world.db)

  /** The same bytes as a file of their own, somewhere, as a copy from a library would be. */
  async function copyTo(spaceId: string, level: Level): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      insert into item (space_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id)
      select ${spaceId}::uuid, kind, name, owner_professional_id, company_id, branch_id, ${level}, blob_id
      from item where id = ${id}::uuid returning id`.execute(world.db)
    return rows[0]?.id ?? ''
  }

  return { world, company, other, client, ...browsers, id, copyTo }
}
type House = Awaited<ReturnType<typeof enter>>

let house: House
before(async (t) => {
  house = await enter(t as TestContext)
})

/** Somebody who sees a file and, where it says so, adds to the client's files; and what ends that. */
type Held = {
  browser: Browser
  itemId: string
  uploads?: Record<string, string>
  end: () => Promise<unknown>
  code?: ErrorCode
}

async function involve({ world, company, other, client }: House, where: 'company' | 'other' = 'company') {
  const who: Professional = await world.addProfessional(where === 'company' ? company : other)
  await world.setStakeholder(client, who)
  return { who, browser: await world.signIn(who), uploads: { spaceId: client.spaceId } }
}

const WAYS: Record<string, (house: House) => Promise<Held>> = {
  async 'a stakeholder is archived'(house) {
    const { who, ...held } = await involve(house)
    const input = { spaceId: house.client.spaceId, professionalId: who.id }
    return { ...held, itemId: house.id, end: () => house.boss.api.involvement.archiveStakeholder(input) }
  },

  async 'the client ends an external'(house) {
    const { who, ...held } = await involve(house, 'other')
    const phone = await house.world.signIn(house.client)
    return {
      ...held,
      itemId: house.id,
      end: () => phone.api.involvement.endExternal({ professionalId: who.id }),
    }
  },

  async 'a professional is archived'(house) {
    const { who, ...held } = await involve(house)
    const end = () => house.boss.api.administration.archiveProfessional({ professionalId: who.id })
    return { ...held, itemId: house.id, end }
  },

  async 'the level changes'(house) {
    const { browser } = await involve(house)
    const itemId = await house.copyTo(house.client.spaceId, 'company')
    return {
      browser,
      itemId,
      end: () => house.owner.api.files.changeLevel({ ids: [itemId], level: 'me_client' }),
    }
  },

  async 'the file is deleted'(house) {
    const { browser } = await involve(house)
    const itemId = await house.copyTo(house.client.spaceId, 'company')
    return { browser, itemId, end: () => house.owner.api.files.deleteItems({ ids: [itemId] }) }
  },

  async 'a member is removed from a group'(house) {
    const member = await house.world.addClient(house.company)
    const group = await house.world.addGroup(house.company, [member])
    const itemId = await house.copyTo(group.spaceId, 'everybody')
    const input = { groupId: group.id, clientId: member.id }
    const browser = await house.world.signIn(member)
    return { browser, itemId, end: () => house.boss.api.people.removeMember(input) }
  },

  async 'a group is deleted'(house) {
    const member = await house.world.addClient(house.company)
    const group = await house.world.addGroup(house.company, [member])
    const itemId = await house.copyTo(group.spaceId, 'everybody')
    const browser = await house.world.signIn(member)
    return { browser, itemId, end: () => house.boss.api.people.deleteGroup({ groupId: group.id }) }
  },

  async 'access to the app is removed'(house) {
    const client = await house.world.addClient(house.company)
    const itemId = await house.copyTo(client.spaceId, 'everybody')
    const browser = await house.world.signIn(client)
    const end = () => house.boss.api.lives.endAppAccess({ clientId: client.id })
    return { browser, itemId, uploads: {}, end }
  },

  async 'the company archives the client'(house) {
    const client = await house.world.addClient(house.company)
    const who = await house.world.addProfessional(house.company)
    await house.world.setStakeholder(client, who)
    const itemId = await house.copyTo(client.spaceId, 'everybody')
    const browser = await house.world.signIn(who)
    const end = () => house.boss.api.lives.archiveClient({ clientId: client.id })
    return { browser, itemId, uploads: { spaceId: client.spaceId }, end }
  },

  async 'the session ends elsewhere'(house) {
    const { who, ...held } = await involve(house)
    const elsewhere = await house.world.signIn(who)
    return {
      ...held,
      itemId: house.id,
      end: () => elsewhere.api.security.endOtherSessions({}),
      code: 'not_signed_in',
    }
  },
}

for (const [way, hold] of Object.entries(WAYS)) {
  test(`${way}: at once no bytes, no uploads`, async (t) => {
    const { browser, itemId, uploads, end, code = 'not_found' } = await hold(house)
    const path = `/api/items/${itemId}/content`
    const etag = (await browser.fetch(path, { method: 'HEAD' })).headers.get('ETag') ?? ''
    const uploading = uploads && [await beginUpload(browser, uploads), await beginUpload(browser, uploads)]
    t.mock.timers.enable({ apis: ['setInterval'] })
    const underWay = [
      await begin(house, browser, path),
      await begin(house, browser, `/api/items/${itemId}/preview/pages`),
      await begin(house, browser, `/api/zip?ids=${itemId}`),
    ]

    await end()
    t.mock.timers.tick(2000)
    // Asks what the server asks about those under way, and after it.
    await browser.fetch(path, { method: 'HEAD' })
    for (const finish of underWay) await assert.rejects(finish(), 'broken off, not ended')

    for (const [address, headers] of [
      [path, {}],
      [path, { Range: 'bytes=0-9' }],
      // A copy at hand isn't confirmed either.
      [path, { 'If-None-Match': etag }],
      [`/api/items/${itemId}/preview/thumb`, {}],
      [`/api/zip?ids=${itemId}`, {}],
    ] as const)
      assert.equal((await readProblem(await browser.fetch(address, { headers }))).code, code, address)

    for (const [upload, bytes] of [
      [uploading?.[0], 'e'],
      [uploading?.[1], 'efgh'],
    ] as const) {
      if (!upload) continue
      const answer = await patch(browser, upload, 4, bytes)
      assert.equal((await readProblem(answer)).code, code, `the next bytes: ${bytes}`)
    }
    const { rows } = await house.world.database.pool.query(`select from item where name = 'under way'`)
    assert.equal(rows.length, 0, 'nothing was added')
  })
}

test('what is still being made for somebody goes to nobody who may not have it by then', async () => {
  const { world, owner, boss, client } = house
  const { who, browser } = await involve(house)
  const { spaceId } = client
  const photo = await flat(60, 40).jpeg().toBuffer()
  const paths = await Promise.all(
    ['preview/thumb', 'preview/view', 'content'].map(async (what) => {
      const tail = Buffer.from(what)
      const { id } = await owner.upload(Buffer.concat([photo, tail]), { spaceId, level: 'company' })
      return `/api/items/${id}/${what}`
    }),
  )
  const { asked } = await world.db.transaction().execute(async (trx) => {
    // Nothing that is made is kept before this is over.
    await sql`lock table preview in share row exclusive mode`.execute(trx)
    const asked = Promise.all(paths.map((path) => browser.fetch(path)))
    const waiting = async () =>
      (
        await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
          world.db,
        )
      ).rows.length
    await until('all are made', async () => (await waiting()) === paths.length)
    await boss.api.involvement.archiveStakeholder({ spaceId, professionalId: who.id })
    return { asked }
  })
  for (const answer of await asked) assert.equal((await readProblem(answer)).code, 'not_found', answer.url)
  const { rows } = await sql`select from audit_entry
    where professional_id = ${who.id}::uuid and action in ('file_opened', 'file_downloaded')`.execute(
    world.db,
  )
  assert.equal(rows.length, 0)
})

test('whoever may only read from now on goes on reading, and adds nothing more', async (t) => {
  const { who, browser, uploads } = await involve(house)
  const upload = await beginUpload(browser, uploads)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const finish = await begin(house, browser, `/api/items/${house.id}/content`)
  await house.boss.api.administration.changeProfessional({ professionalId: who.id, profile: 'read_only' })
  t.mock.timers.tick(2000)
  assert.equal(await finish(), BIG.length)
  assert.equal((await readProblem(await patch(browser, upload, 4, 'efgh'))).code, 'read_only')
})

/** A download whose first bytes have come; what it gives reads on to the end, and throws where it is broken off. */
async function begin({ world }: House, browser: Browser, path: string): Promise<() => Promise<number>> {
  const answer = await browser.fetch(path)
  assert.equal(answer.status, 200, path)
  const reader = answer.body?.getReader()
  assert.ok(reader)
  let size = (await reader.read()).value?.length ?? 0
  return async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return size
      size += value.length
      // Leaves the server time to find out; what is in the sockets already still comes.
      await world.db.selectFrom('session').select('id').execute()
    }
  }
}

const TUS = { 'Tus-Resumable': '1.0.0' }

/** An upload of eight bytes, of which four have come. */
async function beginUpload(browser: Browser, metadata: Record<string, string>): Promise<string> {
  const headers = {
    ...TUS,
    'Upload-Length': '8',
    'Upload-Metadata': encodeMetadata({ filename: 'under way', ...metadata }),
  }
  const answer = await browser.fetch('/api/uploads', { method: 'POST', headers })
  const path = answer.headers.get('Location') ?? ''
  assert.equal((await patch(browser, path, 0, 'abcd')).status, 204)
  return path
}

function patch(browser: Browser, path: string, offset: number, body: string): Promise<Response> {
  const headers = {
    ...TUS,
    'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream',
  }
  return browser.fetch(path, { method: 'PATCH', headers, body })
}
