import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Level } from '../../core/visibility.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Database } from '../db/schema.ts'
import type { Items } from '../files/items.ts'
import { sniffType } from '../files/sniff.ts'
import { createPasswords } from '../people/passwords.ts'
import { StartError } from '../start-error.ts'
import {
  type Account,
  type ClientKey,
  castPeople,
  type GroupKey,
  type ProfessionalKey,
  readAccounts,
} from './cast.ts'
import { type DemoKey, demoMedia } from './media.ts'

export const DEMO_PASSWORD = 'carnet demo practice'

/** A folder by its path from the root, or a file in one: who adds it, and for a professional's, its level. */
type Scene = { at: ClientKey | GroupKey; path: string; days: number } & (
  | { by: ProfessionalKey; file?: DemoKey; level?: Level }
  | { by: ClientKey; file: DemoKey; onlyFor?: ProfessionalKey[] }
)

const SCENES: Scene[] = [
  { at: 'camille', path: 'Programme', by: 'elise', days: 42 },
  { at: 'camille', path: 'Programme', by: 'elise', file: 'knee-exercises', level: 'company_client', days: 9 },
  { at: 'camille', path: 'Programme', by: 'elise', file: 'squat-technique', level: 'me_client', days: 3 },
  { at: 'camille', path: 'Programme', by: 'elise', file: 'breathing-audio', level: 'me_client', days: 16 },
  { at: 'camille', path: 'Programme/Week 1–4', by: 'elise', days: 42 },
  {
    at: 'camille',
    path: 'Programme/Week 1–4',
    by: 'elise',
    file: 'glute-bridge',
    level: 'company_client',
    days: 41,
  },
  {
    at: 'camille',
    path: 'Programme/Week 1–4',
    by: 'elise',
    file: 'step-up',
    level: 'company_client',
    days: 41,
  },
  {
    at: 'camille',
    path: 'Programme/Week 1–4',
    by: 'elise',
    file: 'stretch-hamstring',
    level: 'company_client',
    days: 40,
  },
  { at: 'camille', path: 'Programme/Week 5–8', by: 'elise', days: 14 },
  { at: 'camille', path: 'Programme/Week 5–8', by: 'elise', file: 'lunge', level: 'company', days: 12 },
  { at: 'camille', path: 'Programme/Week 5–8', by: 'elise', file: 'plank', level: 'company', days: 12 },
  { at: 'camille', path: 'Progress photos', by: 'elise', days: 84 },
  { at: 'camille', path: 'Progress photos', by: 'elise', file: 'posture-side', level: 'me_client', days: 83 },
  { at: 'camille', path: 'Progress photos', by: 'camille', file: 'progress-week-1', days: 77 },
  { at: 'camille', path: 'Progress photos', by: 'camille', file: 'progress-week-6', days: 35 },
  { at: 'camille', path: 'Progress photos', by: 'camille', file: 'progress-week-12', days: 1 },
  { at: 'camille', path: 'Team notes', by: 'thomas', days: 30 },
  { at: 'camille', path: 'Team notes', by: 'thomas', file: 'notes-text', level: 'branch', days: 30 },
  { at: 'camille', path: '', by: 'elise', file: 'posture-front', level: 'everybody', days: 10 },
  { at: 'camille', path: '', by: 'thomas', file: 'referral-letter', level: 'company', days: 7 },
  { at: 'camille', path: '', by: 'elise', file: 'gait-analysis', level: 'me', days: 11 },
  { at: 'camille', path: '', by: 'nadia', file: 'nutrition-basics', level: 'everybody', days: 19 },
  { at: 'camille', path: '', by: 'elise', file: 'training-log-csv', level: 'me_client', days: 5 },
  { at: 'camille', path: '', by: 'camille', file: 'meal-1', onlyFor: ['nadia'], days: 2 },
  { at: 'camille', path: '', by: 'camille', file: 'home-gym', days: 0 },
  { at: 'louis', path: 'Course à pied', by: 'elise', days: 20 },
  {
    at: 'louis',
    path: 'Course à pied',
    by: 'elise',
    file: 'running-plan',
    level: 'company_client',
    days: 20,
  },
  { at: 'louis', path: '', by: 'thomas', file: 'referral-letter', level: 'branch', days: 22 },
  { at: 'louis', path: '', by: 'louis', file: 'trail-run', days: 4 },
  { at: 'maria', path: 'Nutrición', by: 'nadia', days: 15 },
  { at: 'maria', path: 'Nutrición', by: 'nadia', file: 'nutrition-basics', level: 'everybody', days: 15 },
  { at: 'maria', path: 'Nutrición', by: 'maria', file: 'meal-2', days: 6 },
  { at: 'maria', path: 'Nutrición', by: 'maria', file: 'meal-3', days: 5 },
  { at: 'james', path: '', by: 'thomas', file: 'knee-exercises', level: 'me_client', days: 8 },
  { at: 'chloe', path: '', by: 'elise', file: 'stretch-hamstring', level: 'company_client', days: 13 },
  { at: 'antoine', path: '', by: 'julie', file: 'posture-side', level: 'me', days: 18 },
  { at: 'emma', path: '', by: 'elise', file: 'notes-text', level: 'company', days: 25 },
  { at: 'running', path: 'Sessions', by: 'elise', days: 28 },
  { at: 'running', path: 'Sessions', by: 'elise', file: 'running-plan', level: 'company_client', days: 28 },
  { at: 'running', path: '', by: 'thomas', file: 'training-log-csv', level: 'company', days: 6 },
  { at: 'back', path: '', by: 'julie', file: 'plank', level: 'company_client', days: 17 },
]

type Needs = { db: Kysely<Database>; items: Items; blobs: Blobs; now: () => Date }

/**
 * A practice to explore, on an empty installation; all in one transaction, so that a start that is cut off makes it
 * anew. A later start finds it as it was left. @throws StartError where a real practice lives already
 */
export async function seedDemo({ db, items, blobs, now }: Needs): Promise<Account[]> {
  const taken = await db.selectFrom('company').select('id').limit(1).executeTakeFirst()
  const accounts = taken ? await readAccounts(db) : []
  if (accounts.length > 0) return accounts
  if (taken)
    throw new StartError('this data folder holds a practice already: set DATA_DIR to an empty folder')

  const media = new Map<DemoKey, { name: string; bytes: Buffer }>()
  for (const file of await demoMedia()) media.set(file.key, file)
  const hash = await createPasswords().hash(DEMO_PASSWORD)

  return db.transaction().execute(async (trx) => {
    const cast = await castPeople(trx, hash, now())
    const folders = new Map<string, string>()
    for (const scene of SCENES) {
      const spaceId = cast.space[scene.at]
      const actor: Actor =
        scene.by in cast.professional
          ? cast.professional[scene.by as ProfessionalKey]
          : cast.client[scene.by as ClientKey]
      const parentOf = (path: string) => folders.get(`${scene.at}/${path}`) ?? null
      let id: string
      if (!scene.file) {
        const cut = scene.path.lastIndexOf('/')
        const input = {
          spaceId,
          parentId: parentOf(scene.path.slice(0, Math.max(cut, 0))),
          name: scene.path.slice(cut + 1),
        }
        id = (await items.createFolder(actor, input, trx)).id
        folders.set(`${scene.at}/${scene.path}`, id)
      } else {
        const file = media.get(scene.file)
        if (!file) throw new Error(`no demo file ${scene.file}`)
        const audience =
          'onlyFor' in scene ? scene.onlyFor?.map((key) => cast.professional[key].professionalId) : undefined
        const wish = {
          spaceId,
          parentId: parentOf(scene.path),
          name: file.name,
          audience,
          level: 'level' in scene ? scene.level : undefined,
        }
        const place = await items.place(actor, wish, trx)
        // The practice is there for nobody else before all of it is: its own key isn't to be had yet.
        const key = await blobs.newKey(null)
        const { size, sha256 } = await blobs.put(key, file.bytes)
        const blob = { key, size, sha256, type: await sniffType(file.bytes.subarray(0, 4100)) }
        id = (await items.addFile(actor, place, blob, trx)).id
      }
      const at = new Date(now().getTime() - scene.days * 86_400_000 - (SCENES.indexOf(scene) % 9) * 3_000_000)
      await sql`update item set created_at = ${at}, changed_at = ${at} where id = ${id}::uuid`.execute(trx)
    }
    return cast.accounts
  })
}
