import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { ERRORS, type ErrorCode } from '../../core/errors.ts'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { type Browser, createWorld, problem } from '../world.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const professional = await world.addProfessional(company, 'super_admin')
  const client = await world.addClient(company)
  return { world, company, professional, client, browser: await world.signIn(professional) }
}

async function refused(answer: Promise<Response> | Response, code: ErrorCode) {
  const { status, headers, body } = await answer
  const document = JSON.parse(await text(body as ReadableStream))
  assert.equal(document.code, code)
  assert.equal(status, ERRORS[code])
  assert.equal(document.status, status)
  assert.equal(document.type, 'about:blank')
  assert.equal(typeof document.title, 'string')
  assert.equal(headers.get('Content-Type'), 'application/problem+json')
  assert.equal(headers.get('Cache-Control'), 'no-store')
  return document
}

const post = (browser: Browser, path: string, body: BodyInit, type = 'application/json') =>
  browser.fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body })

test('input that is not as described is refused, and says where', async (t) => {
  const { browser, client } = await enter(t)
  const { spaceId } = client
  const folder = { spaceId, parentId: null, name: 'x' }

  const unknown = await refused(
    post(browser, '/api/folders', JSON.stringify({ ...folder, owner: 'me', size: 1 })),
    'unknown_field',
  )
  assert.deepEqual(unknown.data, { field: 'owner, size' })
  const wrong = await refused(
    post(browser, '/api/folders', JSON.stringify({ ...folder, name: 7, parentId: 'x' })),
    'bad_request',
  )
  assert.deepEqual(wrong.data, { field: 'parentId, name' })
  const nested = { ids: [client.id], change: { kind: 'level', level: 'all' } }
  assert.deepEqual(
    (await refused(post(browser, '/api/items/foresee', JSON.stringify(nested)), 'bad_request')).data,
    {
      field: 'change.level',
    },
  )
  await refused(browser.fetch(`/api/items?spaceId=${spaceId}&owner=me`), 'unknown_field')
  await refused(browser.fetch(`/api/items?spaceId=${spaceId}&sort=secret`), 'bad_request')
  await refused(
    post(browser, '/api/clients', JSON.stringify({ name: 'X', email: 'nonsense' })),
    'email_invalid',
  )
  await refused(post(browser, '/api/folders', JSON.stringify({ ...folder, name: '' })), 'name_empty')
  await refused(
    post(browser, '/api/folders', JSON.stringify({ ...folder, name: 'x'.repeat(300) })),
    'name_too_long',
  )
  await refused(
    post(browser, '/api/folders', JSON.stringify({ ...folder, name: '../../x' })),
    'name_characters',
  )
  assert.equal((await browser.api.files.listItems({ spaceId })).items.length, 0)
})

test('what is no JSON, no address and no route is refused in the same words', async (t) => {
  const { browser } = await enter(t)
  for (const body of ['{', 'null', '[]', '"x"', '{"__proto__":1}', '\0']) {
    await refused(
      post(browser, '/api/folders', body),
      body.includes('proto') ? 'unknown_field' : 'bad_request',
    )
  }
  await refused(post(browser, '/api/folders', 'name=x', 'application/x-www-form-urlencoded'), 'bad_request')
  await refused(post(browser, '/api/folders', 'x', 'multipart/form-data; boundary=x'), 'bad_request')
  await refused(post(browser, '/api/auth/sign-in/email', '{"email":1}'), 'bad_request')

  const unknown = await (await browser.fetch('/api/items/00000000-0000-4000-8000-000000000000')).text()
  const strange = [
    '%ff',
    '%',
    '%25',
    '%00',
    '..%2f..%2fetc',
    '%5c',
    'é',
    'a'.repeat(5000),
    "'",
    '%2e%2e',
    '٠',
  ]
  for (const path of strange.flatMap((id) => [
    `/api/items/${id}`,
    `/api/items/${id}/content`,
    `/api/clients/${id}`,
  ])) {
    const answer = await browser.fetch(path)
    assert.equal(answer.status, 404, path)
    assert.equal(await answer.text(), unknown, path)
  }
  for (const path of [
    '/api/nothing',
    '/api',
    '/api/auth/sign-up/email',
    '/api/auth/list-sessions',
    '/missing.js',
  ]) {
    await refused(browser.fetch(path), 'not_found')
  }
  await refused(browser.fetch('/api/auth/sign-up/email', { method: 'POST' }), 'not_found')
  await refused(browser.fetch('/api/items', { method: 'PUT' }), 'not_found')
  await refused(browser.fetch('/', { method: 'POST' }), 'not_found')
})

test('a body is limited in size, with its length told or not', async (t) => {
  const { browser } = await enter(t)
  const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024) })
  await refused(post(browser, '/api/clients', large), 'too_large')
  const chunked = browser.fetch('/api/clients', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit)
  await refused(chunked, 'too_large')
})

test('a tab that was opened under another hat is stale, and another hat finds nothing', async (t) => {
  const { browser, professional, client } = await enter(t)
  const as = (id: string, path: string) => browser.fetch(path, { headers: { 'Carnet-As': id } })
  await refused(as(client.id, '/api/contacts'), 'stale_tab')
  await refused(as('nonsense', '/api/contacts'), 'stale_tab')
  await refused(as(client.id, '/api/my/professionals'), 'stale_tab')
  assert.equal((await as(professional.id, '/api/contacts')).status, 200)
  assert.equal((await as(client.id, '/api/me')).status, 200, 'to learn as whom one acts now')
})

test('whoever is nobody any more is signed in, and finds nothing', async (t) => {
  const { world, browser, professional } = await enter(t)
  await world.db
    .updateTable('professional')
    .set({ archived_at: new Date() })
    .where('id', '=', professional.id)
    .execute()
  assert.equal((await browser.api.account.readMe()).hat, null)
  await refused(browser.fetch('/api/contacts'), 'not_found')
})

test('signing in says one thing, whatever is wrong', async (t) => {
  const { world, professional } = await enter(t)
  await assert.rejects(world.signIn(professional, 'wrong'), problem('wrong_credentials'))
  await assert.rejects(world.signIn({ email: 'nobody@carnet.test' }), problem('wrong_credentials'))
})

test('an unexpected failure leaks nothing', async (t) => {
  const { world, browser } = await enter(t)
  await world.db.schema.alterTable('client').renameTo('hidden').execute()
  const document = await refused(browser.fetch('/api/contacts'), 'internal')
  assert.match(document.instance, /^urn:uuid:[0-9a-f-]{36}$/)
  assert.deepEqual(Object.keys(document).sort(), ['code', 'instance', 'status', 'title', 'type'])
})

test('a database that is gone makes everybody come back later, and then all is well', async (t) => {
  const real = await openTestDatabase()
  const line = await openLine(real.connectionString)
  t.after(line.cut)
  const connected = connect(line.connectionString, 2, createLog('error'))
  const close = async () => {
    await connected.close()
    await real.close()
  }
  const world = await createWorld(t, { database: { ...real, ...connected, close } })
  const company = await world.addCompany()
  const browser = await world.signIn(await world.addProfessional(company))

  await line.cut()
  const answer = await browser.fetch('/api/contacts')
  assert.equal(answer.headers.get('Retry-After'), '5')
  await refused(answer, 'unavailable')
  assert.equal((await browser.fetch('/healthz')).status, 503)
  await line.mend()
  assert.equal((await browser.fetch('/api/contacts')).status, 200)
  assert.equal((await browser.fetch('/healthz')).status, 200)
})

test('what the database would work on for too long is given up, and others go on', async (t) => {
  const real = await openTestDatabase()
  const connected = connect(real.connectionString, 4, createLog('error'), { statementSeconds: 4 })
  const close = () => connected.close().then(real.close)
  const world = await createWorld(t, { database: { ...real, ...connected, close } })
  const browser = await world.signIn(await world.addProfessional(await world.addCompany()))
  await real.db.transaction().execute(async (trx) => {
    await sql`lock table client`.execute(trx)
    const answer = await browser.fetch('/api/contacts')
    assert.equal(answer.headers.get('Retry-After'), '5')
    await refused(answer, 'unavailable')
  })
  assert.equal((await browser.fetch('/api/contacts')).status, 200)
})

/** A socket that leads to the database's, and can be cut. */
async function openLine(connectionString: string) {
  const url = new URL(connectionString)
  const folder = await makeTempFolder()
  const name = `.s.PGSQL.${url.port || 5432}`
  const target = join(decodeURIComponent(url.hostname), name)
  const sockets = new Set<Socket>()
  let server = createServer()
  const mend = async () => {
    server = createServer((socket) => {
      const onward = connectTo(target)
      for (const end of [socket, onward]) {
        sockets.add(end)
        end.on('error', () => {})
      }
      socket.pipe(onward).pipe(socket)
    })
    server.listen(join(folder, name))
    await once(server, 'listening')
  }
  const cut = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((closed) => server.close(closed))
  }
  await mend()
  url.hostname = encodeURIComponent(folder)
  return { connectionString: url.href, cut, mend }
}

test('a request line that is no address is refused by the server itself', async (t) => {
  const { world } = await enter(t)
  const { port } = new URL(world.origin)
  for (const target of ['http://[', '/\\..\\x', 'x']) {
    const socket = connectTo(Number(port), '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    assert.match(await text(socket), /^HTTP\/1\.1 4\d\d /)
  }
})
