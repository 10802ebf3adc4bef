import type { Kysely } from 'kysely'
import type { Blobs } from '../blobs/blobs.ts'
import { isLongWorkRunning } from '../db/long-work.ts'
import type { Database } from '../db/schema.ts'
import { doEach } from '../each.ts'
import type { Jobs, TaskHandlers } from '../jobs.ts'
import type { Items } from './items.ts'

type Needs = { db: Kysely<Database>; blobs: Blobs; jobs: Jobs } & Pick<Items, 'unreferenced'>

const COME_BACK_MS = 60_000

/** The task `erase`: removes bytes that nothing refers to; a backup or a move that runs may still want them, so not now. */
export function createErasing({ db, blobs, jobs, unreferenced }: Needs): TaskHandlers['erase'] {
  return async ({ keys }) => {
    if (await isLongWorkRunning(db)) {
      await jobs.add(db, 'erase', { keys }, { runAt: new Date(Date.now() + COME_BACK_MS) })
      return
    }
    await doEach(await unreferenced(keys), blobs.remove)
  }
}
