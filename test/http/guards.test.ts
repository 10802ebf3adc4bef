import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Browser, createWorld, problem, readProblem } from '../world.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const professional = await world.addProfessional(company, 'super_admin')
  const client = await world.addClient(company)
  return { world, professional, client, browser: await world.signIn(professional) }
}

async function codeOf(answer: Promise<Response>): Promise<string> {
  return (await readProblem(await answer)).code
}

test('a state change that another site asks for is refused, wherever it goes', async (t) => {
  const { world, browser, client } = await enter(t)
  const item = await browser.upload('x', { spaceId: client.spaceId })
  const evil: Record<string, string>[] = [
    { Origin: 'https://evil.test' },
    { Origin: 'null' },
    { Origin: world.origin.replace('127.0.0.1', 'localhost') },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: world.origin, 'Sec-Fetch-Site': 'cross-site' },
  ]
  const body = JSON.stringify({ ids: [item.id] })
  const type = { 'Content-Type': 'application/json' }
  const tus = { 'Tus-Resumable': '1.0.0', 'Upload-Length': '1' }
  for (const headers of evil) {
    const post = (path: string, init: RequestInit = {}) =>
      codeOf(browser.fetch(path, { method: 'POST', ...init, headers: { ...init.headers, ...headers } }))
    assert.equal(await post('/api/items/delete', { body, headers: type }), 'wrong_origin')
    assert.equal(await post('/api/uploads', { headers: tus }), 'wrong_origin')
    assert.equal(await post('/api/auth/sign-out'), 'wrong_origin')
    assert.equal(await post('/api/auth/sign-in/email', { headers: type, body: '{}' }), 'wrong_origin')
    const terminated = browser.fetch(`/api/uploads/${item.id}`, {
      method: 'DELETE',
      headers: { ...tus, ...headers },
    })
    assert.equal(await codeOf(terminated), 'wrong_origin')
  }
  assert.equal((await browser.api.files.listItems({ spaceId: client.spaceId })).items.length, 1)

  const own = { Origin: world.origin, 'Sec-Fetch-Site': 'same-origin', ...type }
  assert.equal((await browser.fetch('/api/items/delete', { method: 'POST', headers: own, body })).status, 200)
})

test('every answer forbids browsers what it has no need of', async (t) => {
  const { browser, client } = await enter(t)
  const item = await browser.upload('x', { spaceId: client.spaceId })
  const paths = ['/api/me', '/api/nothing', '/healthz', '/missing.js', `/api/items/${item.id}/content`]
  for (const path of paths) {
    const { headers } = await browser.fetch(path)
    assert.equal(headers.get('X-Content-Type-Options'), 'nosniff', path)
    assert.equal(headers.get('Referrer-Policy'), 'no-referrer', path)
    assert.equal(headers.get('Cross-Origin-Opener-Policy'), 'same-origin', path)
    assert.equal(headers.get('Cross-Origin-Resource-Policy'), 'same-origin', path)
    assert.match(headers.get('Content-Security-Policy') ?? '', /^default-src 'none'/, path)
    assert.equal(headers.get('Access-Control-Allow-Origin'), null, path)
    assert.equal(headers.get('Strict-Transport-Security'), null, path)
  }
  assert.equal((await browser.fetch('/api/me')).headers.get('Cache-Control'), 'no-store')
})

test('signing out ends the session and empties the browser', async (t) => {
  const { browser } = await enter(t)
  const answer = await browser.fetch('/api/auth/sign-out', { method: 'POST' })
  assert.equal(answer.headers.get('Clear-Site-Data'), '"cache", "storage"')
  assert.match(answer.headers.getSetCookie().join(), /Max-Age=0/)
  await assert.rejects(browser.api.account.readMe(), problem('not_signed_in'))
})

test('a session that has grown old is prolonged by whatever it asks', async (t) => {
  const { world, browser, professional } = await enter(t)
  assert.deepEqual((await browser.fetch('/api/contacts')).headers.getSetCookie(), [])
  const soon = new Date(Date.now() + 20 * 86_400_000)
  await world.db
    .updateTable('session')
    .set({ expires_at: soon })
    .where('person_id', '=', professional.personId)
    .execute()
  const [cookie = ''] = (await browser.fetch('/api/contacts')).headers.getSetCookie()
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=Lax/)
})

test('whatever ends a session or a role ends it now', async (t) => {
  const { world, browser, professional } = await enter(t)
  const ended = async (
    change: () => Promise<unknown>,
    other: Browser,
    code: 'not_found' | 'not_signed_in',
  ) => {
    await change()
    await assert.rejects(other.api.people.listContacts({}), problem(code))
  }
  const { db } = world
  await ended(
    () =>
      db
        .updateTable('professional')
        .set({ archived_at: new Date() })
        .where('id', '=', professional.id)
        .execute(),
    browser,
    'not_found',
  )
  await db.updateTable('professional').set({ archived_at: null }).where('id', '=', professional.id).execute()
  await ended(() => db.deleteFrom('session').execute(), browser, 'not_signed_in')
})

test('HEAD is answered as GET is, without a body', async (t) => {
  const { browser, client } = await enter(t)
  const { id } = await browser.upload('bytes', { spaceId: client.spaceId })
  const unknown = '00000000-0000-4000-8000-000000000000'
  const answers: number[] = []
  for (const path of [
    '/api/me',
    `/api/items?spaceId=${client.spaceId}`,
    `/api/items/${id}`,
    `/api/items/${id}/content`,
    `/api/items/${unknown}`,
    `/api/items/${unknown}/content`,
    '/api/nothing',
    '/healthz',
  ]) {
    const [get, head] = [await browser.fetch(path), await browser.fetch(path, { method: 'HEAD' })]
    assert.equal(head.status, get.status, path)
    assert.equal(head.headers.get('Content-Type'), get.headers.get('Content-Type'), path)
    assert.equal(await head.text(), '', path)
    answers.push(get.status)
  }
  assert.deepEqual(answers, [200, 200, 200, 200, 404, 404, 404, 200])
})
