import { argon2Sync, randomBytes, randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { JsonifiedClient } from '@orpc/openapi-client'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { contract } from '../core/api/contract.ts'
import type { Item } from '../core/api/shapes.ts'
import { type ErrorCode, Problem } from '../core/errors.ts'
import type { Profile } from '../core/profiles.ts'
import type { Level } from '../core/visibility.ts'
import { createApp } from '../server/app.ts'
import type { OpenDatabase } from '../server/db/open.ts'
import { listen } from '../server/listener.ts'
import { createLog, type Log } from '../server/log.ts'
import { readSettings } from '../server/settings.ts'
import { openTestDatabase } from './database.ts'
import { makeTempFolder } from './temp-folder.ts'

export const PASSWORD = 'correct horse battery'

const hash = hashCheaply(PASSWORD)

export type Company = { id: string; branches: Record<string, string> }
type Person = { personId: string; name: string; email: string }
export type Professional = Person & { kind: 'professional'; id: string; companyId: string }
export type Client = Person & { kind: 'client'; id: string; spaceId: string }
export type Group = { kind: 'group'; id: string; spaceId: string }
export type Api = JsonifiedClient<ContractRouterClient<typeof contract>>
export type World = Awaited<ReturnType<typeof createWorld>>

export type Browser = {
  origin: string
  cookie: string
  /** The same session at another server. */
  at(origin: string): Browser
  /** `path` below the origin; the answer as it came. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The operations of the contract; a refusal is thrown as a Problem. */
  api: Api
  /** Adds a file in a single request. */
  upload(bytes: Uint8Array | string, input?: UploadInput): Promise<Item>
}

type UploadInput = {
  name?: string
  spaceId?: string
  parentId?: string
  level?: Level
  branchId?: string
  audience?: string[]
}

/**
 * A real app, with its own database and folder, on a free port. Jobs run when asked to; the clock can be set. Passkeys
 * are for a `host` that has a name.
 */
export async function createWorld(
  t: Pick<TestContext, 'after'>,
  use: {
    database?: OpenDatabase
    dataDir?: string
    host?: 'localhost'
    log?: Log
    settings?: Record<string, string>
  } = {},
) {
  const dataDir = use.dataDir ?? (await makeTempFolder())
  const database = use.database ?? (await openTestDatabase())
  const { db } = database
  const log = use.log ?? createLog('error')
  let ahead = 0
  const overrides = { now: () => new Date(Date.now() + ahead), jobsOnDemand: true }
  const opened = new AsyncDisposableStack()
  opened.defer(database.close)
  t.after(() => opened.disposeAsync())

  async function serve(other: Record<string, string> = {}) {
    const listener = await listen('127.0.0.1', 0, 100)
    const origin = `http://${use.host ?? '127.0.0.1'}:${listener.port}`
    const settings = readSettings({ DATA_DIR: dataDir, ...use.settings, ...other })
    const parts = { settings, publicUrl: origin, secret: 's'.repeat(32), log, database, overrides }
    const app = await createApp(parts).catch(async (error) => {
      await listener.close()
      throw error
    })
    opened.defer(app.close)
    opened.defer(listener.close)
    await app.services.scanJobs.begin()
    listener.serve(app.listener)
    return { app, origin }
  }
  const { app, origin } = await serve()

  let count = 0
  async function addPerson(name: string | undefined, fallback: string): Promise<Person> {
    const email = `person${++count}@carnet.test`
    const { id } = await insert('person', {
      name: name ?? `${fallback} ${count}`,
      email,
      email_verified: true,
    })
    const credential = { person_id: id, account_id: id, provider_id: 'credential', password: hash }
    await insert('credential', credential)
    return { personId: id, name: name ?? `${fallback} ${count}`, email }
  }

  async function insert<Table extends 'person' | 'credential' | 'company' | 'branch'>(
    table: Table,
    values: Parameters<ReturnType<typeof db.insertInto<Table>>['values']>[0],
  ): Promise<{ id: string }> {
    return (await db.insertInto(table).values(values).returning('id').executeTakeFirstOrThrow()) as {
      id: string
    }
  }

  async function addSpace(owner: { client_id: string } | { group_id: string }): Promise<string> {
    return (await db.insertInto('space').values(owner).returning('id').executeTakeFirstOrThrow()).id
  }

  return {
    db,
    database,
    origin,
    dataDir,
    ...app,

    /** Another process's worth of app on the same database and files; `other` settings of its own win. */
    serve,

    /** Makes it later, for whatever asks the app's clock. */
    pass({ days = 0, seconds = 0 }: { days?: number; seconds?: number }) {
      ahead += (days * 86_400 + seconds) * 1000
    },

    async addCompany({ name = 'Practice', branches = ['Laval'], defaultLevel = 'me' as Level } = {}) {
      const company = await insert('company', { name, default_level: defaultLevel })
      const ids = await Promise.all(
        branches.map(
          async (name) => [name, (await insert('branch', { company_id: company.id, name })).id] as const,
        ),
      )
      return { id: company.id, branches: Object.fromEntries(ids) } satisfies Company
    },

    /** In all of the company's branches unless said otherwise. */
    async addProfessional(
      company: Company,
      profile: Profile = 'employee',
      { name, branches = Object.keys(company.branches) }: { name?: string; branches?: string[] } = {},
    ): Promise<Professional> {
      const person = await addPerson(name, profile)
      const { id } = await db
        .insertInto('professional')
        .values({ company_id: company.id, person_id: person.personId, name: person.name, profile })
        .returning('id')
        .executeTakeFirstOrThrow()
      for (const branch of branches) {
        const branch_id = company.branches[branch] ?? ''
        await db
          .insertInto('professional_branch')
          .values({ professional_id: id, company_id: company.id, branch_id })
          .execute()
      }
      return { kind: 'professional', id, companyId: company.id, ...person }
    },

    /** Followed by the company in its first branch, unless said otherwise. */
    async addClient(
      company: Company,
      {
        name,
        branches = Object.keys(company.branches).slice(0, 1),
      }: { name?: string; branches?: string[] } = {},
    ): Promise<Client> {
      const person = await addPerson(name, 'client')
      const { id } = await db
        .insertInto('client')
        .values({ person_id: person.personId, name: person.name, email: person.email })
        .returning('id')
        .executeTakeFirstOrThrow()
      const link = { client_id: id, company_id: company.id }
      await db.insertInto('client_company').values(link).execute()
      for (const branch of branches) {
        const branch_id = company.branches[branch] ?? ''
        await db
          .insertInto('client_branch')
          .values({ ...link, branch_id })
          .execute()
      }
      return { kind: 'client', id, spaceId: await addSpace({ client_id: id }), ...person }
    },

    async addGroup(
      company: Company,
      members: Client[],
      { name = 'Group', branches = Object.keys(company.branches).slice(0, 1) } = {},
    ): Promise<Group> {
      const { id } = await db
        .insertInto('client_group')
        .values({ company_id: company.id, name })
        .returning('id')
        .executeTakeFirstOrThrow()
      for (const branch of branches) {
        const branch_id = company.branches[branch] ?? ''
        await db
          .insertInto('group_branch')
          .values({ group_id: id, company_id: company.id, branch_id })
          .execute()
      }
      for (const member of members) {
        await db.insertInto('group_member').values({ group_id: id, client_id: member.id }).execute()
      }
      return { kind: 'group', id, spaceId: await addSpace({ group_id: id }) }
    },

    /** Involves a professional, or ends that. */
    async setStakeholder(
      space: { spaceId: string },
      professional: Professional,
      status: 'active' | 'invited' | 'archived' = 'active',
    ): Promise<void> {
      await db
        .insertInto('stakeholder')
        .values({ space_id: space.spaceId, professional_id: professional.id, status })
        .onConflict((conflict) => conflict.columns(['space_id', 'professional_id']).doUpdateSet({ status }))
        .execute()
    },

    /** Signed out: what anybody may ask. */
    visitor: () => open(origin, ''),

    async signIn({ email }: { email: string }, password = PASSWORD) {
      const answer = await open(origin, '').fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      if (!answer.ok) throw await readProblem(answer)
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
      return open(origin, cookies.join('; '))
    },
  }
}

/** A hash as the product stores it, that costs next to nothing: hundreds of people sign in during the tests. */
function hashCheaply(password: string): string {
  const nonce = randomBytes(16)
  const cost = { memory: 8, passes: 1, parallelism: 1 }
  const tag = argon2Sync('argon2id', { message: password, nonce, tagLength: 32, ...cost })
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=8,t=1,p=1$${unpadded(nonce)}$${unpadded(tag)}`
}

/** What a browser does with a session. */
function open(origin: string, cookie: string): Browser {
  function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (cookie) headers.set('Cookie', cookie)
    return fetch(new URL(path, origin), { ...init, headers })
  }

  const link = new OpenAPILink(contract, {
    url: `${origin}/api`,
    async fetch(input, init) {
      const sent = new Request(input, init as RequestInit)
      if (cookie) sent.headers.set('Cookie', cookie)
      const answer = await fetch(sent)
      if (!answer.ok) throw await readProblem(answer)
      return answer
    },
  })
  const api: Api = createORPCClient(link)

  return {
    origin,
    cookie,
    at: (other: string) => open(other, cookie),
    fetch: request,
    api,

    async upload(bytes, { name = 'file.txt', audience, ...place } = {}) {
      const metadata = { filename: name, ...place, ...(audience && { audience: audience.join(',') }) }
      const body = Buffer.from(bytes)
      const answer = await request('/api/uploads', {
        method: 'POST',
        headers: {
          'Tus-Resumable': '1.0.0',
          'Upload-Length': String(body.length),
          'Upload-Metadata': encodeMetadata(metadata),
          'Content-Type': 'application/offset+octet-stream',
        },
        body,
      })
      if (!answer.ok) throw await readProblem(answer)
      return (await api.files.readItem({ itemId: answer.headers.get('Carnet-Item') ?? '' })) as Item
    },
  }
}

export function encodeMetadata(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

export async function readProblem(answer: Response): Promise<Problem> {
  const { code, data } = (await answer.json()) as { code: ErrorCode; data?: Problem['data'] }
  return new Problem(code, data)
}

/** For `assert.rejects`: a refusal with this code. */
export function problem(code: ErrorCode) {
  return (error: unknown) => error instanceof Problem && error.code === code
}

export const UNKNOWN = randomUUID()
