import type { TestContext } from 'node:test'
import type { ErrorCode } from '../../core/errors.ts'
import { Problem } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles.ts'
import type { Actor } from '../../server/access.ts'
import { createJobs, type TaskHandlers } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { createMail } from '../../server/notify/mail.ts'
import { createPasswords } from '../../server/people/passwords.ts'
import { createPeople } from '../../server/people/people.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'

export type House = Awaited<ReturnType<typeof openHouse>>
export type Professional = Extract<Actor, { kind: 'professional' }>

export const PASSWORD = 'correct horse battery'

/** People without HTTP: a real database and queue, mails as files, a clock that can be set, hashes that are counted. */
export async function openHouse(
  t: Pick<TestContext, 'after'>,
  { publicUrl = 'http://carnet.test', smtpUrl = undefined as string | undefined } = {},
) {
  const database = await openTestDatabase()
  t.after(() => database.close())
  const { db } = database
  const dataDir = await makeTempFolder()
  const log = createLog('fatal' as 'error')
  const jobs = createJobs({ pool: database.pool, log })
  await jobs.migrate()
  const mail = createMail({ smtpUrl, mailFrom: 'Carnet <carnet@carnet.test>', dataDir }, log)
  t.after(() => mail.close())

  let ahead = 0
  const secret = 'a secret of at least thirty-two characters'
  const now = () => new Date(Date.now() + ahead)
  const real = createPasswords()
  const hashes = { count: 0 }
  const passwords: typeof real = {
    hash: (password) => {
      hashes.count++
      return real.hash(password)
    },
    verify: (given) => {
      hashes.count++
      return real.verify(given)
    },
  }
  const people = createPeople({
    db,
    jobs,
    mail,
    log,
    passwords,
    publicUrl,
    secret,
    now,
  })

  const one = { hash: undefined as string | undefined }

  return {
    db,
    connectionString: database.connectionString,
    dataDir,
    secret,
    now,
    people,
    hashes,
    pass: (days: number) => {
      ahead += days * 24 * 60 * 60 * 1000
    },
    runJobs: () => jobs.runDue(people.tasks as TaskHandlers),

    /** A practice with its branches. */
    async addCompany(name: string, branches: string[] = [name]) {
      const { id } = await db.insertInto('company').values({ name }).returning('id').executeTakeFirstOrThrow()
      const branchIds: Record<string, string> = {}
      for (const branch of branches) {
        const row = await db
          .insertInto('branch')
          .values({ company_id: id, name: branch })
          .returning('id')
          .executeTakeFirstOrThrow()
        branchIds[branch] = row.id
      }
      return { id, branchIds }
    },

    async addPerson(name: string, email: string) {
      one.hash ??= await real.hash(PASSWORD)
      const { id } = await db
        .insertInto('person')
        .values({ name, email })
        .returning('id')
        .executeTakeFirstOrThrow()
      await db
        .insertInto('credential')
        .values({ person_id: id, account_id: id, provider_id: 'credential', password: one.hash })
        .execute()
      return id
    },

    /** A professional who can sign in as `<first name>@carnet.test`. */
    async addProfessional(
      company: { id: string; branchIds: Record<string, string> },
      name: string,
      profile: Profile,
      branches = Object.keys(company.branchIds),
    ): Promise<Professional & { name: string; email: string }> {
      const email = `${name.toLowerCase().split(' ')[0]}@carnet.test`
      const personId = await this.addPerson(name, email)
      const { id } = await db
        .insertInto('professional')
        .values({ company_id: company.id, person_id: personId, name, profile })
        .returning('id')
        .executeTakeFirstOrThrow()
      for (const branch of branches) {
        await db
          .insertInto('professional_branch')
          .values({ professional_id: id, company_id: company.id, branch_id: company.branchIds[branch] ?? '' })
          .execute()
      }
      return {
        kind: 'professional',
        personId,
        address: null,
        professionalId: id,
        companyId: company.id,
        profile,
        name,
        email,
      }
    },

    /** Signs in, and gives the Cookie header that follows. */
    async signIn(email: string, password = PASSWORD, ip = '192.0.2.1') {
      const visit = visitFrom(ip)
      await people.security.signIn(visit, { email, password })
      return cookieOf(visit)
    },
  }
}

/** A request as HTTP hands it on. */
export function visitFrom(ip = '192.0.2.1', cookie?: string) {
  return { headers: new Headers(cookie ? { cookie } : {}), ip, reply: new Headers() }
}

/** The Cookie header that a browser would send after this answer. */
export function cookieOf({ reply }: { reply: Headers }): string {
  return reply
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

export function problem(code: ErrorCode) {
  return (error: unknown) => error instanceof Problem && error.code === code
}
