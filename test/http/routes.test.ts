import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, type ErrorCode } from '../../core/errors.ts'
import { type Browser, createWorld, encodeMetadata, UNKNOWN, type World } from '../world.ts'

/** Real things of a practice, which a stranger knows the ids of. */
type Ids = Record<
  | 'itemId'
  | 'folderId'
  | 'spaceId'
  | 'clientId'
  | 'otherId'
  | 'groupId'
  | 'professionalId'
  | 'branchId'
  | 'invitationId'
  | 'requestId'
  | 'deletionId'
  | 'uploadId'
  | 'sessionId'
  | 'passkeyId',
  string
>

type Hat = 'professional' | 'client'
type Sent = {
  query?: Record<string, string>
  json?: unknown
  body?: string
  headers?: Record<string, string>
}

/** What to send to routes that take more than the ids in their path. */
const EXAMPLES: Record<string, (ids: Ids, hat: Hat) => Sent> = {
  // A client's own space is known.
  'GET /api/items': ({ spaceId, folderId }, hat) => ({
    query: hat === 'client' ? { folderId } : { spaceId, folderId },
  }),
  'POST /api/folders': ({ spaceId }) => ({ json: { spaceId, parentId: null, name: 'x' } }),
  'PATCH /api/items/:itemId': () => ({ json: { name: 'x' } }),
  'POST /api/items/move': ({ itemId }) => ({ json: { ids: [itemId], folderId: null } }),
  'POST /api/items/level': ({ itemId }) => ({ json: { ids: [itemId], level: 'everybody' } }),
  'POST /api/items/audience': ({ itemId }) => ({ json: { ids: [itemId], audience: null } }),
  'POST /api/items/foresee': ({ itemId }) => ({ json: { ids: [itemId], change: { kind: 'delete' } } }),
  'POST /api/foresight': ({ groupId }) => ({
    json: { change: { operation: 'deleteGroup', input: { groupId } } },
  }),
  'POST /api/items/delete': ({ itemId }) => ({ json: { ids: [itemId] } }),
  'GET /api/zip': ({ itemId }) => ({ query: { ids: itemId } }),
  'GET /api/items/:itemId/preview/:variant': () => ({}),
  'POST /api/items/:itemId/ownership': () => ({ json: { reason: 'x' } }),
  'POST /api/spaces/:spaceId/ownership': ({ professionalId }) => ({ json: { professionalId, reason: 'x' } }),
  'GET /api/professionals/:professionalId/transfer': ({ professionalId }) => ({
    query: { colleagueId: professionalId },
  }),
  'POST /api/professionals/:professionalId/transfer': ({ professionalId }) => ({
    json: { colleagueId: professionalId },
  }),
  'PATCH /api/clients/:clientId': () => ({ json: { name: 'x' } }),
  'PUT /api/clients/:clientId/branches': ({ branchId }) => ({ json: { branchIds: [branchId] } }),
  'PATCH /api/groups/:groupId': () => ({ json: { name: 'x' } }),
  'POST /api/groups/:groupId/members': ({ clientId }) => ({ json: { clientIds: [clientId] } }),
  'POST /api/spaces/:spaceId/stakeholders': ({ professionalId }) => ({ json: { professionalId } }),
  'POST /api/spaces/:spaceId/invitations': () => ({
    json: { email: 'else@carnet.test', understood: true },
  }),
  'DELETE /api/my/professionals/:professionalId': () => ({}),
  'POST /api/requests/:requestId': ({ professionalId }) => ({ json: { accept: true, as: professionalId } }),
  'PATCH /api/branches/:branchId': () => ({ json: { name: 'x' } }),
  'POST /api/branches/:branchId/archive': () => ({}),
  'POST /api/branches/:branchId/restore': () => ({}),
  'PATCH /api/professionals/:professionalId': () => ({ json: { profile: 'employee' } }),
  'DELETE /api/professionals/:professionalId': () => ({}),
  'POST /api/invitation/join': () => ({ json: { token: 'x'.repeat(43) } }),
  'POST /api/me/erase': () => ({ json: { password: 'not their password' } }),
  'DELETE /api/security/sessions/:sessionId': () => ({}),
  'DELETE /api/security/passkeys/:passkeyId': () => ({}),
  'PATCH /api/security/passkeys/:passkeyId': () => ({ json: { name: 'x' } }),
  'DELETE /api/security/app': () => ({}),
  'POST /api/security/app/confirm': () => ({ json: { code: '000000' } }),
  'POST /api/security/recovery-codes': () => ({}),
  'POST /api/security/password': () => ({
    json: { present: 'not their password', password: 'another horse battery' },
  }),
  'POST /api/security/passkeys': () => ({ json: { name: 'x', answer: NO_PASSKEY } }),
  'POST /api/uploads': ({ spaceId }) => ({
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '4',
      'Upload-Metadata': encodeMetadata({ filename: 'x', spaceId }),
    },
  }),
  'PUT /api/files/:name': ({ spaceId }) => ({ query: { spaceId }, body: 'x' }),
  'POST /api/files': ({ spaceId }) => ({ query: { spaceId }, body: FORM, headers: FORM_TYPE }),
  'PATCH /api/uploads/:uploadId': () => ({
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
  }),
  'DELETE /api/uploads/:uploadId': () => ({ headers: { 'Tus-Resumable': '1.0.0' } }),
  'GET /api/uploads/:uploadId': () => ({ headers: { 'Tus-Resumable': '1.0.0' } }),
}

const FORM = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'
const FORM_TYPE = { 'Content-Type': 'multipart/form-data; boundary=b' }

const NO_PASSKEY = {
  id: 'x',
  rawId: 'x',
  type: 'public-key',
  response: { clientDataJSON: 'x' },
  clientExtensionResults: {},
}

/** What they answer to a stranger who sends the above, where it isn't that there is no such thing. */
const REFUSALS: Record<string, ErrorCode> = {
  'POST /api/invitation/join': 'invitation_used',
  'POST /api/me/erase': 'present_password_wrong',
  'POST /api/security/app/confirm': 'code_wrong',
  'POST /api/security/recovery-codes': 'conflict',
  'POST /api/security/password': 'present_password_wrong',
  'POST /api/security/passkeys': 'passkey_refused',
}

/** Routes about the caller alone: a stranger gets their own, in which nothing of the practice shows. */
const OWN: Record<string, Sent> = {
  'GET /api/me': {},
  'PATCH /api/me': { json: { language: 'fr' } },
  'GET /api/contacts': {},
  'GET /api/archived-clients': {},
  'POST /api/clients': { json: { name: 'Somebody else' } },
  'POST /api/groups': { json: { name: 'Some others' } },
  'GET /api/my/professionals': {},
  'GET /api/requests': {},
  'GET /api/inbox': {},
  'GET /api/security': {},
  'GET /api/security/sessions': {},
  'DELETE /api/security/sessions': {},
  'POST /api/security/app': {},
  'POST /api/security/passkeys/ask': {},
  'POST /api/inbox/read': { json: { until: '2100-01-01T00:00:00Z' } },
  'GET /api/audit': {},
  'GET /api/audit/subjects': {},
  'GET /api/audit/export': {},
  'GET /api/my/openings': {},
  'GET /api/branches': {},
  'POST /api/branches': { json: { name: 'Another' } },
  'GET /api/professionals': {},
  'POST /api/professionals/invitations': {
    json: { name: 'Somebody else', email: 'else@carnet.test', profile: 'super_admin', branchIds: [] },
  },
  'GET /api/company': {},
  'GET /api/scanner': {},
  'GET /api/check': {},
  'GET /api/deletions': {},
  'PATCH /api/company': { json: { retentionDays: 30 } },
  'OPTIONS /api/uploads': { headers: { 'Tus-Resumable': '1.0.0' } },
}
/** The same for a hat that isn't one's own. */
const NEVER_OWN = new Set(['POST /api/me/hat'])

test('every route keeps the signed out and strangers away', async (t) => {
  const world = await createWorld(t)
  const house = await furnish(world)
  const strangers = await makeStrangers(world)
  const gated = world.routes.filter(({ access }) => access !== 'public')
  assert.ok(gated.length > 25)

  for (const { method, path, access } of gated) {
    const route = `${method} ${path}`
    await t.test(route, async () => {
      const signedOut = await send(world.visitor(), route, house.ids)
      assert.equal(signedOut.status, 401)
      assert.equal(signedOut.code, 'not_signed_in')

      for (const [hat, stranger] of Object.entries(strangers) as [Hat, Browser][]) {
        const wrongHat = access !== 'actor' && access !== 'session' && access !== hat
        const answer = await send(stranger, route, house.ids, hat)
        if (OWN[route] && !wrongHat) {
          assert.ok(answer.status < 300, `${hat}: ${answer.status} ${answer.text}`)
          for (const id of [...Object.values(house.ids), house.name]) assert.ok(!answer.text.includes(id))
        } else {
          const code = REFUSALS[route] ?? 'not_found'
          assert.deepEqual([answer.status, answer.code], [ERRORS[code], code], `${hat}: ${answer.text}`)
          const unknown = await send(
            stranger,
            route,
            mapValues(house.ids, () => UNKNOWN),
            hat,
          )
          assert.equal(answer.text, unknown.text, 'as if it had never been')
        }
      }
    })
  }

  assert.deepEqual(await house.look(), house.before, 'nothing was changed')
})

test('every route is known to this test', async (t) => {
  const world = await createWorld(t)
  const unknown = world.routes.filter(({ method, path, access }) => {
    const route = `${method} ${path}`
    const takesOnlyIds =
      /:(?:itemId|spaceId|clientId|groupId|invitationId|deletionId|uploadId)\b/.test(path) &&
      method !== 'PATCH'
    return access !== 'public' && !takesOnlyIds && !EXAMPLES[route] && !OWN[route] && !NEVER_OWN.has(route)
  })
  assert.deepEqual(unknown, [], 'say here what to send to it, and whether it is about the caller alone')
  const open = world.routes
    .filter(({ access }) => access === 'public')
    .map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(open.sort(), [
    'GET /*',
    'GET /api/openapi.json',
    'GET /api/setup',
    'GET /healthz',
    'POST /api/auth/link',
    'POST /api/auth/passkey',
    'POST /api/auth/reset',
    'POST /api/auth/sign-in/code',
    'POST /api/auth/sign-in/email',
    'POST /api/auth/sign-in/link',
    'POST /api/auth/sign-in/passkey',
    'POST /api/auth/sign-out',
    'POST /api/invitation/accept',
    'POST /api/invitation/read',
    'POST /api/request/answer',
    'POST /api/request/practice',
    'POST /api/request/read',
    'POST /api/setup',
  ])
})

test('where a company requires a second factor, a session without gets nothing as its professional', async (t) => {
  const world = await createWorld(t)
  const { ids, professional } = await furnish(world)
  await world.db.updateTable('company').set({ second_factor_required: true }).execute()
  for (const { method, path, access } of world.routes) {
    if (access === 'public' || access === 'session') continue
    const answer = await send(professional, `${method} ${path}`, ids)
    assert.deepEqual([answer.status, answer.code], [403, 'second_factor_needed'], `${method} ${path}`)
  }
  await world.db.updateTable('session').set({ two_factors: true }).execute()
  assert.equal((await professional.fetch(`/api/items/${ids.itemId}/content`)).status, 200)
})

test('a professional and a client have different routes', async (t) => {
  const world = await createWorld(t)
  const { ids, professional, client } = await furnish(world)
  for (const { method, path, access } of world.routes) {
    const wrong = access === 'professional' ? client : access === 'client' ? professional : undefined
    if (!wrong) continue
    const answer = await send(wrong, `${method} ${path}`, ids)
    assert.deepEqual([answer.status, answer.code], [404, 'not_found'], `${method} ${path}`)
  }
})

async function furnish(world: World) {
  const company = await world.addCompany({ name: 'A practice of its own' })
  const owner = await world.addProfessional(company, 'super_admin')
  const followed = await world.addClient(company, { name: 'A client of its own' })
  const other = await world.addClient(company)
  const group = await world.addGroup(company, [followed])
  await world.setStakeholder(followed, owner)
  const professional = await world.signIn(owner)
  const client = await world.signIn(followed)
  const { spaceId } = followed
  const item = await professional.upload('secret', { spaceId, level: 'everybody' })
  const folder = await professional.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  await professional.upload('secret', { spaceId, parentId: folder.id, level: 'everybody' })
  const gone = await professional.upload('deleted', { spaceId, level: 'everybody' })
  const { deletionId } = await professional.api.files.deleteItems({ ids: [gone.id] })
  const begun = await professional.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '4',
      'Upload-Metadata': encodeMetadata({ filename: 'x', spaceId }),
    },
  })
  const uploadId = begun.headers.get('Location')?.split('/').at(-1) ?? ''
  const { id: invitationId } = await professional.api.administration.inviteProfessional({
    name: 'Invited',
    email: 'invited@carnet.test',
    profile: 'employee',
    branchIds: Object.values(company.branches),
  })
  const { id: requestId } = await professional.api.involvement.inviteExternal({
    spaceId,
    email: 'external@carnet.test',
    understood: true,
  })
  const { id: sessionId } = await world.db
    .selectFrom('session')
    .select('id')
    .where('person_id', '=', owner.personId)
    .executeTakeFirstOrThrow()
  const { id: passkeyId } = await world.db
    .insertInto('passkey')
    .values({
      person_id: owner.personId,
      name: 'Phone',
      credential_id: 'x'.repeat(22),
      public_key: Buffer.alloc(1),
      counter: 0,
      transports: [],
      created_at: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const ids: Ids = {
    itemId: item.id,
    folderId: folder.id,
    spaceId,
    clientId: followed.id,
    otherId: other.id,
    groupId: group.id,
    professionalId: owner.id,
    branchId: company.branches.Laval ?? '',
    invitationId,
    requestId,
    deletionId,
    uploadId,
    sessionId,
    passkeyId,
  }
  const look = async () => ({
    items: await world.db.selectFrom('item').selectAll().orderBy('id').execute(),
    uploads: await world.db.selectFrom('upload').select(['id', 'bytes']).execute(),
    stakeholders: await world.db
      .selectFrom('stakeholder')
      .selectAll()
      .where('space_id', '=', spaceId)
      .execute(),
    client: await world.db
      .selectFrom('client')
      .selectAll()
      .where('id', 'in', [followed.id, other.id])
      .execute(),
    links: await world.db
      .selectFrom('client_company')
      .selectAll()
      .where('company_id', '=', company.id)
      .execute(),
    group: await world.db.selectFrom('client_group').selectAll().where('id', '=', group.id).execute(),
    company: await world.db.selectFrom('company').selectAll().where('id', '=', company.id).execute(),
    branches: await world.db.selectFrom('branch').selectAll().where('company_id', '=', company.id).execute(),
    professionals: await world.db
      .selectFrom('professional')
      .selectAll()
      .where('company_id', '=', company.id)
      .execute(),
    invitations: await world.db
      .selectFrom('professional_invitation')
      .selectAll()
      .where('company_id', '=', company.id)
      .execute(),
    externals: await world.db.selectFrom('stakeholder_invitation').selectAll().execute(),
    passkeys: await world.db
      .selectFrom('passkey')
      .select(['id', 'name'])
      .where('person_id', '=', owner.personId)
      .execute(),
    members: await world.db.selectFrom('group_member').selectAll().execute(),
  })
  return { ids, professional, client, name: 'of its own', look, before: await look() }
}

async function makeStrangers(world: World): Promise<Record<Hat, Browser>> {
  const company = await world.addCompany({ name: 'Elsewhere' })
  const professional = await world.addProfessional(company, 'super_admin')
  const client = await world.addClient(company)
  return { professional: await world.signIn(professional), client: await world.signIn(client) }
}

async function send(browser: Browser, route: string, ids: Ids, hat: Hat = 'professional') {
  const [method = '', pattern = ''] = route.split(' ')
  const { query, json, body, headers } =
    OWN[route] ??
    EXAMPLES[route]?.(ids, hat) ??
    (NEVER_OWN.has(route) ? { json: { id: ids.professionalId } } : {})
  const path = pattern
    .replace(':variant', 'thumb')
    .replace(':name', 'x.txt')
    .replace(/:(\w+)/g, (_, name: string) => (ids as Record<string, string>)[name] ?? '')
  // How far an upload has come is asked with HEAD, which has no body to compare.
  const real = pattern === '/api/uploads/:uploadId' && method === 'GET' ? 'HEAD' : method
  const answer = await browser.fetch(`${path}?${new URLSearchParams(query)}`, {
    method: real,
    ...(json !== undefined ? { body: JSON.stringify(json) } : body !== undefined && { body }),
    headers: { ...(json !== undefined && { 'Content-Type': 'application/json' }), ...headers },
  })
  const text = await answer.text()
  const code =
    real === 'HEAD'
      ? { 401: 'not_signed_in', 403: 'second_factor_needed', 404: 'not_found' }[answer.status]
      : answer.headers.get('Content-Type')?.includes('json') && JSON.parse(text).code
  return { status: answer.status, code, text }
}

function mapValues<T extends object>(of: T, change: () => string): T {
  return Object.fromEntries(Object.keys(of).map((key) => [key, change()])) as T
}
