import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Consequences } from '../../core/api/files.ts'
import { Problem } from '../../core/errors.ts'
import { LEVELS } from '../../core/visibility.ts'
import type { Actor } from '../../server/access.ts'
import { newName } from '../../server/blobs/port.ts'
import { createItems } from '../../server/files/items.ts'
import { createJobs } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { holds } from '../properties.ts'

// What was foreseen of a change of files is what happens, as far as whoever asked could see: worked out from what
// each person lists before and after, by a plain walk through the folders.

let database: Awaited<ReturnType<typeof openTestDatabase>>
let items: ReturnType<typeof createItems>
before(async () => {
  database = await openTestDatabase()
  const jobs = createJobs({ pool: database.pool, log: createLog('error') })
  await jobs.migrate()
  items = createItems({ db: database.db, jobs, now: () => new Date() })
})
after(() => database.close())

type Named = { name: string; actor: Actor }
type Row = { id: string; parent_id: string | null; kind: string; name: string; company_id: string | null }

async function one(query: ReturnType<typeof sql>): Promise<string> {
  const { rows } = await query.execute(database.db)
  return (rows[0] as { id: string }).id
}

/** A client, two colleagues in a branch, one elsewhere, and an external. */
async function addPeople(): Promise<{ spaceId: string; people: Named[] }> {
  const clientId = await one(sql`insert into client (name) values ('Client') returning id`)
  const spaceId = await one(sql`insert into space (client_id) values (${clientId}) returning id`)
  const personId = await one(
    sql`insert into person (name, email) values ('P', gen_random_uuid() || '@example.test') returning id`,
  )
  const who = { personId, address: null }
  const people: Named[] = [{ name: 'Client', actor: { kind: 'client', ...who, clientId } }]
  for (const names of [['Ana', 'Bruno', 'Chloé'], ['Ève']]) {
    const companyId = await one(sql`insert into company (name) values ('Company') returning id`)
    if (names.length > 1)
      await sql`insert into client_company (client_id, company_id) values (${clientId}, ${companyId})`.execute(
        database.db,
      )
    const add = (name: string) =>
      one(sql`insert into branch (company_id, name) values (${companyId}, ${name}) returning id`)
    const branches = [await add('Laval'), await add('Québec')]
    for (const [n, name] of names.entries()) {
      const professionalId = await one(sql`insert into professional (company_id, name, profile)
        values (${companyId}, ${name}, 'employee') returning id`)
      await sql`insert into professional_branch values (${professionalId}, ${companyId}, ${branches[n < 2 ? 0 : 1]})`.execute(
        database.db,
      )
      await sql`insert into stakeholder (space_id, professional_id) values (${spaceId}, ${professionalId})`.execute(
        database.db,
      )
      const actor = { kind: 'professional', ...who, professionalId, companyId, profile: 'employee' } as const
      people.push({ name, actor })
    }
  }
  return { spaceId, people }
}

/** What there is, and which files each person lists. */
async function look(spaceId: string, people: readonly Named[]) {
  const { rows } = await sql<Row>`select id, parent_id, kind, name, company_id from item
    where space_id = ${spaceId} and deletion_id is null`.execute(database.db)
  const files = new Map<string, Set<string>>()
  for (const { name, actor } of people) {
    const query = { scope: 'flat', sort: 'name', order: 'asc' } as const
    const listed = await items.listItems(actor, actor.kind === 'client' ? query : { ...query, spaceId })
    assert.equal(listed.next, null)
    files.set(name, new Set(listed.items.map(({ id }) => id)))
  }
  return { rows, files }
}
type Look = Awaited<ReturnType<typeof look>>

/** Who gained and lost what of the files and folders that the asker knew of. */
function compare(was: Look, is: Look, people: readonly Named[], asker: Named) {
  const ofCompany = ({ actor }: Named, row: Row) =>
    actor.kind === 'professional' && row.kind === 'folder' && actor.companyId === row.company_id
  const sees = (time: Look, who: Named, row: Row) =>
    time.files.get(who.name)?.has(row.id) || ofCompany(who, row)
  const known = new Set(was.rows.filter((row) => sees(was, asker, row)).map(({ id }) => id))
  const inside = (time: Look, folderId: string): Row[] =>
    time.rows
      .filter(({ parent_id }) => parent_id === folderId)
      .flatMap((row) => [row, ...inside(time, row.id)])
  const shows = (time: Look, who: Named, folder: Row) =>
    ofCompany(who, folder) || inside(time, folder.id).some((row) => known.has(row.id) && sees(time, who, row))
  const more = (who: Named, at: Look, than: Look) =>
    at.files
      .get(who.name)
      ?.values()
      .some((id) => known.has(id) && !than.files.get(who.name)?.has(id))
  const others = people.filter((who) => who !== asker)
  const gain = others.filter((who) => more(who, is, was))
  const lose = others.filter((who) => more(who, was, is))
  const folders = was.rows.filter(({ id, kind }) => kind === 'folder' && is.rows.some((row) => row.id === id))
  const names = (some: readonly Named[]) => some.map(({ name }) => name).toSorted()
  return {
    gain: names(gain),
    lose: names(lose),
    folders: folders
      .map((folder) => ({
        name: folder.name,
        gain: names(
          people.filter((p) => !shows(was, p, folder) && shows(is, p, folder) && !gain.includes(p)),
        ),
        lose: names(people.filter((p) => shows(was, p, folder) && !shows(is, p, folder))),
      }))
      .filter((folder) => folder.gain.length + folder.lose.length > 0)
      .toSorted((one, two) => one.name.localeCompare(two.name)),
  }
}

function plain({ gain, lose, folders }: Consequences) {
  const names = (some: Consequences['gain']) => some.map(({ name }) => name).toSorted()
  return {
    gain: names(gain),
    lose: names(lose),
    folders: folders
      .map((folder) => ({ name: folder.name, gain: names(folder.gain), lose: names(folder.lose) }))
      .toSorted((one, two) => one.name.localeCompare(two.name)),
  }
}

const pick = fc.nat({ max: 1000 })
const made = fc.record({ folder: fc.boolean(), by: pick, at: pick, level: pick, chosen: fc.boolean() })
const change = fc.record({
  kind: fc.constantFrom('level' as const, 'move' as const, 'delete' as const),
  by: pick,
  what: fc.array(pick, { minLength: 1, maxLength: 3 }),
  to: pick,
})

test('what was foreseen of files and folders is what happens', async () => {
  const happened = { level: 0, move: 0, delete: 0, told: 0 }
  await holds(
    fc.asyncProperty(
      fc.array(made, { minLength: 12, maxLength: 30, size: 'max' }),
      fc.array(change, { minLength: 6, maxLength: 12, size: 'max' }),
      async (all, changes) => {
        const { spaceId, people } = await addPeople()
        const from = <T>(list: readonly T[], n: number) => list[n % list.length] as T
        const folders: (string | null)[] = [null]
        const items_: { id: string; by: Named; hasLevel: boolean }[] = []
        for (const [n, { folder, by, at, level, chosen }] of all.entries()) {
          const who = from(people, by)
          const parentId = from(folders, at)
          const audience = people.flatMap(({ actor }) =>
            actor.kind === 'professional' ? actor.professionalId : [],
          )
          const kind =
            who.actor.kind === 'client'
              ? { audience: chosen ? audience.slice(0, 2) : null }
              : { level: LEVELS[level % 6] }
          try {
            if (folder) {
              const { id } = await items.createFolder(who.actor, { spaceId, parentId, name: `Folder ${n}` })
              folders.push(id)
              items_.push({ id, by: who, hasLevel: false })
            } else {
              const place = await items.place(who.actor, { spaceId, parentId, name: `${n}.txt`, ...kind })
              const blob = {
                key: newName(),
                size: 1,
                sha256: '00'.repeat(32),
                type: 'text/plain',
              }
              const { id } = await items.addFile(who.actor, place, blob)
              items_.push({ id, by: who, hasLevel: who.actor.kind === 'professional' })
            }
          } catch (error) {
            if (!(error instanceof Problem)) throw error
          }
        }
        for (const { kind, by, what, to } of changes) {
          // A client's have no level, and folders neither.
          const fit = kind === 'level' ? items_.filter((item) => item.hasLevel) : items_
          if (fit.length === 0) continue
          const { by: asker } = from(fit, by)
          const own = fit.filter((item) => item.by === asker)
          const ids = [...new Set(what.map((n) => from(own, n).id))]
          const folderId = from(folders, to)
          const level = LEVELS[to % 6] ?? 'me'
          const intent = kind === 'level' ? { kind, level } : kind === 'move' ? { kind, folderId } : { kind }
          const make = () =>
            kind === 'level'
              ? items.changeLevel(asker.actor, { ids, level })
              : kind === 'move'
                ? items.moveItems(asker.actor, { ids, folderId })
                : items.deleteItems(asker.actor, { ids })
          const was = await look(spaceId, people)
          const foreseen = await items.foresee(asker.actor, { ids, change: intent }).catch((error) => error)
          if (foreseen instanceof Problem) {
            await assert.rejects(make(), Problem)
            continue
          }
          if (foreseen instanceof Error) throw foreseen
          await make()
          const told = plain(foreseen)
          assert.deepEqual(told, compare(was, await look(spaceId, people), people, asker), kind)
          happened[kind]++
          if (told.gain.length + told.lose.length + told.folders.length > 0) happened.told++
        }
      },
    ),
    { runs: 10, endOnFailure: true },
  )
  for (const [what, times] of Object.entries(happened)) assert.ok(times > 0, `${what}: ${times}`)
})
