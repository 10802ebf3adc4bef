import type { Kysely } from 'kysely'
import type { Belonging } from '../belonging.ts'
import { type Blobs, nameOf } from '../blobs/blobs.ts'
import type { BlobStore } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { LostKey } from '../vault.ts'
import { createFoldersStep, createUseStep } from './counts-step.ts'
import { createExtras } from './extras.ts'
import { createFilesStep } from './files-step.ts'
import { createLooking } from './looking.ts'
import { createPreviewsStep } from './previews-step.ts'
import { createRewriting } from './rewriting.ts'
import type { Step } from './round.ts'
import { createTrust } from './trust.ts'
import { createUnused } from './unused.ts'
import { createUploadsStep } from './uploads-step.ts'

export type StepNeeds = {
  db: Kysely<Database>
  blobs: Blobs
  store: BlobStore
  belonging: Pick<Belonging, 'isSure'>
  lostKeys: () => Promise<LostKey[]>
  jobs: Jobs
  now: () => Date
}

/** The parts of a check, in their order, by name. */
export function createSteps(needs: StepNeeds): Record<string, Step> {
  const { db, jobs, lostKeys, belonging } = needs
  const look = createLooking(needs)
  const trust = createTrust(needs)
  const extras = createExtras(needs)
  const unused = createUnused({ db, jobs })

  return {
    async keys(_after, { tell }) {
      for (const { id, companyId } of await lostKeys()) {
        const whose = companyId ? `of company ${companyId}` : 'of no company'
        const is = companyId === undefined ? 'has no row' : `${whose}, can't be unwrapped`
        const what = `key ${id}, ${is}: restore its row from a backup of the database`
        tell({ kind: 'lost_key', what, repaired: false })
      }
      return { next: null }
    },

    files: createFilesStep({ db, look, trust, jobs, rewrite: createRewriting(needs) }),
    previews: createPreviewsStep({ db, look, trust, jobs }),
    uploads: createUploadsStep({ ...needs, trust }),

    async extras(_after, { repair, extras: all, tell }) {
      const may = repair && (await belonging.isSure())
      for await (const extra of extras.find()) {
        const { name, size, modified, staged } = extra
        const goes = may && (all || (await extras.isKnownForLong(extra)))
        const repaired = goes && (await extras.remove(extra))
        const what = `${name}, ${size} bytes of ${modified.toISOString()}, that nothing refers to`
        tell({ kind: staged ? 'staged' : 'extra', what, repaired })
      }
      return { next: null }
    },

    async unused(_after, { repair, tell }) {
      for await (const { id, key } of unused.find()) {
        const repaired = repair && (await unused.remove(id))
        tell({ kind: 'unused', what: `blob ${id}, ${nameOf(key)}, that no file has`, repaired })
      }
      return { next: null }
    },

    folders: createFoldersStep({ db }),
    use: createUseStep({ db }),
  }
}
