import type { Kysely } from 'kysely'
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

/** Bytes without a row may be on their way to it for so long. */
const EXTRA_MS = 86_400_000

export type StepNeeds = {
  db: Kysely<Database>
  blobs: Blobs
  store: BlobStore
  lostKeys: () => Promise<LostKey[]>
  jobs: Jobs
  now: () => Date
}

/** The parts of a check, in their order, by name. */
export function createSteps(needs: StepNeeds): Record<string, Step> {
  const { db, jobs, lostKeys } = needs
  const look = createLooking(needs)
  const trust = createTrust(needs)
  const extras = createExtras(needs)
  const unused = createUnused({ db, jobs })

  return {
    async keys(_after, { tell }) {
      for (const { id, companyId } of await lostKeys()) {
        const whose = companyId ? `company ${companyId}` : 'no company'
        const what = `key ${id}, of ${whose}, can't be unwrapped: restore its row from a backup of the database`
        tell({ kind: 'lost_key', what, repaired: false })
      }
      return { next: null }
    },

    files: createFilesStep({ db, look, trust, jobs, rewrite: createRewriting(needs) }),
    previews: createPreviewsStep({ db, look, trust, jobs }),
    uploads: createUploadsStep({ ...needs, trust }),

    async extras(_after, { repair, tell }) {
      for await (const extra of extras.find(EXTRA_MS)) {
        const { name, size, modified, staged } = extra
        const repaired = repair && (await extras.remove(extra, EXTRA_MS))
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
