import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'

/** A lease lasts this long without being renewed, so that an upload outlives the process that held it. */
const LEASE = 10
/** Who asks for a lease shortens it to this: time for its holder to notice, end its write and let go. */
const GRACE = 5
const RENEW_MS = 1000
const ASK_AGAIN_MS = 50
const GIVE_UP_MS = 8000

export type UploadLocks = ReturnType<typeof createUploadLocks>

export type Lease = {
  /** Who writes to the row says so; a write under another token is void. */
  token: string
  /** False once somebody else may hold it: nothing may be written any more. */
  isOurs(): boolean
  /** Lets somebody else have it at once. */
  release(): Promise<void>
  /** Merely renews it no more, for one whose row is gone. */
  end(): void
}

/**
 * One writer per upload, in whatever process: a lease in the upload's row. Somebody else who asks makes its
 * holder let go, because a phone that changes networks comes back while its former connection still hangs.
 */
export function createUploadLocks({ db }: { db: Kysely<Database> }) {
  const heldHere = new Map<string, () => void>()

  async function take(id: string, token: string): Promise<boolean> {
    const { rows } =
      await sql`update upload set held_by = ${token}::uuid, held_until = now() + make_interval(secs => ${LEASE})
      where id = ${id}::uuid and (held_by is null or held_until < now()) returning id`.execute(db)
    return rows.length > 0
  }

  /** False when somebody asked for it, or took it. */
  async function renew(id: string, token: string): Promise<boolean> {
    const { rows } = await sql`update upload set held_until = now() + make_interval(secs => ${LEASE})
      where id = ${id}::uuid and held_by = ${token}::uuid and held_until > now() + make_interval(secs => ${GRACE})
      returning id`.execute(db)
    return rows.length > 0
  }

  async function askFor(id: string): Promise<void> {
    heldHere.get(id)?.()
    await sql`update upload set held_until = now() + make_interval(secs => ${GRACE})
      where id = ${id}::uuid and held_until > now() + make_interval(secs => ${GRACE})`.execute(db)
  }

  /**
   * Waits for the lease of an upload. `letGo` is called when somebody else wants it.
   * @throws {Problem} upload_busy when its holder doesn't let go in time
   */
  async function acquire(id: string, letGo: () => void, signal: AbortSignal): Promise<Lease> {
    const token = randomUUID()
    const giveUp = performance.now() + GIVE_UP_MS
    let sure = performance.now()
    // Who writes here may be held up by its disk for longer than its lease lasts, and then still write: it is waited for.
    while (heldHere.has(id) || !(await take(id, token))) {
      if (signal.aborted || performance.now() > giveUp) throw new Problem('upload_busy')
      await askFor(id)
      await delay(ASK_AGAIN_MS)
      sure = performance.now()
    }
    heldHere.set(id, letGo)
    const lease = keep(id, { token, sure, letGo })
    return {
      ...lease,
      async release() {
        if (heldHere.get(id) === letGo) heldHere.delete(id)
        await lease.release()
      },
    }
  }

  /** Renews a lease, which was ours at `sure`, until it is released. */
  function keep(
    id: string,
    { token = randomUUID() as string, sure = performance.now(), letGo = () => {} } = {},
  ): Lease {
    const timer = setInterval(async () => {
      const asked = performance.now()
      // Without an answer from the database the lease ends by itself.
      const renewed = await renew(id, token).catch(() => undefined)
      if (renewed) sure = asked
      if (renewed === false) letGo()
    }, RENEW_MS)
    const end = () => clearInterval(timer)
    return {
      token,
      isOurs: () => performance.now() < sure + GRACE * 1000,
      end,
      async release() {
        end()
        await sql`update upload set held_by = null, held_until = null
          where id = ${id}::uuid and held_by = ${token}::uuid`.execute(db)
      },
    }
  }

  return {
    acquire,
    /** The lease of an upload that is about to begin: its row is to be made with it, and `heldUntil`. */
    hold: (id: string) => keep(id),
  }
}

/** Until when a row that is made with a lease, or without, is held. */
export function heldUntil(heldBy: string) {
  return sql<Date | null>`case when ${sql.ref(heldBy)} is not null then now() + make_interval(secs => ${LEASE}) end`
}
