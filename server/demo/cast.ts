import { type Kysely, sql } from 'kysely'
import type { Profile } from '../../core/profiles.ts'
import type { Actor } from '../access.ts'
import type { Database } from '../db/schema.ts'

type Db = Kysely<Database>

/** The people of the demo; nobody's. Every address ends in @demo.test. */
const COMPANIES = {
  parc: { name: 'Clinique du Parc', branches: ['Laval', 'Québec'], level: 'me' },
  benali: { name: 'Nadia Benali, nutrition', branches: ['Montréal'], level: 'me' },
} as const
type CompanyKey = keyof typeof COMPANIES

const PROFESSIONALS = {
  amelie: ['Amélie Roy', 'parc', 'super_admin', ['Laval', 'Québec'], 'en'],
  marc: ['Marc Tremblay', 'parc', 'branch_admin', ['Laval'], 'fr'],
  sofia: ['Sofia Haddad', 'parc', 'manager', ['Laval'], 'en'],
  elise: ['Élise Gagnon', 'parc', 'employee', ['Laval'], 'en'],
  thomas: ['Thomas Nguyen', 'parc', 'employee', ['Laval'], 'en'],
  julie: ['Julie Martin', 'parc', 'employee', ['Québec'], 'fr'],
  paul: ['Paul Lefebvre', 'parc', 'read_only', ['Laval'], 'fr'],
  nadia: ['Nadia Benali', 'benali', 'super_admin', ['Montréal'], 'es'],
} as const satisfies Record<string, readonly [string, CompanyKey, Profile, readonly string[], string]>
export type ProfessionalKey = keyof typeof PROFESSIONALS

/** Name, branch, language of the account (none: follows without one), who is involved. */
const CLIENTS = {
  camille: ['Camille Dubois', 'Laval', 'en', ['elise', 'thomas', 'paul', 'julie', 'nadia']],
  louis: ['Louis Bouchard', 'Laval', 'fr', ['elise', 'thomas']],
  maria: ['Maria Fernández', 'Laval', 'es', ['elise', 'nadia']],
  james: ['James Wilson', 'Laval', 'en', ['thomas']],
  chloe: ['Chloé Pelletier', 'Laval', 'fr', ['elise']],
  antoine: ['Antoine Girard', 'Québec', 'fr', ['julie']],
  fatima: ['Fatima El Amrani', 'Québec', 'fr', ['julie']],
  noah: ['Noah Côté', 'Laval', 'en', ['elise', 'thomas']],
  emma: ['Emma Lavoie', 'Laval', null, ['elise', 'sofia']],
  georges: ['Georges Simard', 'Québec', null, ['julie']],
} as const satisfies Record<string, readonly [string, string, string | null, readonly ProfessionalKey[]]>
export type ClientKey = keyof typeof CLIENTS

const GROUPS = {
  running: ['Spring running group', 'Laval', ['camille', 'james', 'noah', 'chloe'], ['elise', 'thomas']],
  back: ['École du dos', 'Québec', ['antoine', 'fatima', 'georges'], ['julie']],
} as const satisfies Record<
  string,
  readonly [string, string, readonly ClientKey[], readonly ProfessionalKey[]]
>
export type GroupKey = keyof typeof GROUPS

export type Account = { name: string; email: string; role: string }

export type Cast = {
  professional: Record<ProfessionalKey, Actor & { kind: 'professional' }>
  client: Record<ClientKey, Actor & { kind: 'client' }>
  space: Record<ClientKey | GroupKey, string>
  accounts: Account[]
}

const addressOf = (name: string) =>
  `${name
    .normalize('NFD')
    .replace(/[^a-zA-Z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '.')}@demo.test`

/** Makes everybody, with accounts that all have the one password; `hash` is what is kept of it. */
export async function castPeople(db: Db, hash: string, now: Date): Promise<Cast> {
  const one = async (query: ReturnType<typeof sql>) =>
    ((await query.execute(db)).rows[0] as { id: string }).id
  const accounts: Account[] = []
  const account = async (name: string, language: string, role: string) => {
    const email = addressOf(name)
    const id = await one(sql`insert into person (name, email, email_verified, language)
      values (${name}, ${email}, true, ${language}) returning id`)
    await sql`insert into credential (person_id, account_id, provider_id, password)
      values (${id}, ${id}, 'credential', ${hash})`.execute(db)
    accounts.push({ name, email, role })
    return id
  }

  const company = {} as Record<CompanyKey, string>
  const branch = {} as Record<string, string>
  for (const [key, { name, level, branches }] of entries(COMPANIES)) {
    company[key] = await one(
      sql`insert into company (name, default_level) values (${name}, ${level}) returning id`,
    )
    for (const place of branches)
      branch[place] = await one(
        sql`insert into branch (company_id, name) values (${company[key]}, ${place}) returning id`,
      )
  }

  const professional = {} as Cast['professional']
  for (const [key, [name, at, profile, branches, language]] of entries(PROFESSIONALS)) {
    const personId = await account(name, language, `${profile.replaceAll('_', ' ')}, ${COMPANIES[at].name}`)
    const id = await one(sql`insert into professional (company_id, person_id, name, profile)
      values (${company[at]}, ${personId}, ${name}, ${profile}) returning id`)
    for (const place of branches)
      await sql`insert into professional_branch values (${id}, ${company[at]}, ${branch[place]})`.execute(db)
    professional[key] = {
      kind: 'professional',
      personId,
      address: null,
      professionalId: id,
      companyId: company[at],
      profile,
    }
  }

  const involve = async (spaceId: string, keys: readonly ProfessionalKey[], since: Date) => {
    const by = keys[0] && professional[keys[0]].professionalId
    for (const key of keys)
      await sql`insert into stakeholder (space_id, professional_id, added_by, since)
        values (${spaceId}, ${professional[key].professionalId}, ${by}, ${since})`.execute(db)
  }

  const client = {} as Cast['client']
  const space = {} as Cast['space']
  for (const [key, [name, place, language, involved]] of entries(CLIENTS)) {
    const personId = language && (await account(name, language, `client, ${place}`))
    const since = new Date(now.getTime() - (90 + 37 * Object.keys(client).length) * 86_400_000)
    const id = await one(sql`insert into client (name, email, person_id, created_at)
      values (${name}, ${language && addressOf(name)}, ${personId}, ${since}) returning id`)
    await sql`insert into client_company (client_id, company_id, created_at)
      values (${id}, ${company.parc}, ${since})`.execute(db)
    await sql`insert into client_branch values (${id}, ${company.parc}, ${branch[place]})`.execute(db)
    space[key] = await one(sql`insert into space (client_id) values (${id}) returning id`)
    await involve(space[key], involved, since)
    client[key] = { kind: 'client', personId: personId ?? '', address: null, clientId: id }
  }

  for (const [key, [name, place, members, involved]] of entries(GROUPS)) {
    const id = await one(
      sql`insert into client_group (company_id, name) values (${company.parc}, ${name}) returning id`,
    )
    await sql`insert into group_branch values (${id}, ${company.parc}, ${branch[place]})`.execute(db)
    for (const member of members)
      await sql`insert into group_member (group_id, client_id) values (${id}, ${client[member].clientId})`.execute(
        db,
      )
    space[key] = await one(sql`insert into space (group_id) values (${id}) returning id`)
    await involve(space[key], involved, now)
  }
  return { professional, client, space, accounts }
}

/** The accounts of a demo that was made earlier; empty where this is no demo. */
export async function readAccounts(db: Db): Promise<Account[]> {
  const { rows } = await sql<Account>`
    select p.name, p.email, coalesce(replace(w.profile, '_', ' ') || ', ' || c.name, 'client, ' || b.name) as role
    from person p
    left join professional w on w.person_id = p.id left join company c on c.id = w.company_id
    left join client k on k.person_id = p.id left join client_branch kb on kb.client_id = k.id
    left join branch b on b.id = kb.branch_id
    where p.email like '%@demo.test' order by p.created_at, p.id`.execute(db)
  return rows
}

function entries<Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][]
}
