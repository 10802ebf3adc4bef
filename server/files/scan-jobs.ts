import { type Kysely, sql, type Transaction } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { type Clamd, ClamdFailed, type Verdict } from '../clamd.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import { tellInfected, tellUncheckable } from './scan-news.ts'

type Trx = Transaction<Database>
type Professional = Extract<Actor, { kind: 'professional' }>
type Waiting = { id: string; key: string }

/** In this process: a large file takes minutes, and small ones needn't wait for it. */
const AT_ONCE = 2
/** How long a file is one process's; said again while it is, so that one which ended is soon replaced. */
const CLAIM_MS = 60_000
/** A file on which a scanner that is there fails so often is one that it can't look at. */
const TRIES = 3
const AGAIN_MS = 5 * 60_000
/** Its administrator may have raised a limit since. */
const UNSCANNABLE_AGAIN_MS = 24 * 60 * 60_000

/** The scanner isn't there now. */
class ScannerAway extends Error {}

/** Has the bytes of files looked at: new ones at once, those of before a scanner was set after them. */
export function createScanJobs({
  db,
  blobs,
  jobs,
  clamd,
  log,
  now,
}: {
  db: Kysely<Database>
  blobs: Blobs
  jobs: Jobs
  clamd: Clamd | null
  log: Log
  now: () => Date
}) {
  let underWay = 0

  /** The newest first; what couldn't be looked at, once its day is over. */
  async function claim(): Promise<Waiting | undefined> {
    const { rows } = await sql<Waiting>`
      update blob set scan_after = ${later(CLAIM_MS)}::timestamptz where id = (
        select b.id from blob b
        where b.scan in ('waiting', 'unscannable') and (b.scan_after is null or b.scan_after <= ${now()}::timestamptz)
        order by b.scan desc, b.created_at desc limit 1 for update skip locked)
      returning id, key`.execute(db)
    return rows[0]
  }

  const later = (ms: number) => new Date(now().getTime() + ms)

  const leave = (id: string, until: Date | null) =>
    db.updateTable('blob').set({ scan_after: until }).where('id', '=', id).execute()

  /** @throws {ScannerAway} */
  async function look(scanner: Clamd, { id, key }: Waiting): Promise<Verdict> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { stream } = await blobs.open(key)
      try {
        return await scanner.scan(stream)
      } catch (error) {
        if (!(error instanceof ClamdFailed)) throw error
        log.warn({ blob: id, err: error }, 'the malware scanner failed on a file')
        await scanner.ping().catch(() => {
          throw new ScannerAway()
        })
      } finally {
        stream.destroy()
      }
    }
    return { is: 'unscannable' }
  }

  async function settle(trx: Trx, id: string, verdict: Verdict): Promise<void> {
    const { rows } = await sql<{ before: string }>`
      update blob b set scan = ${verdict.is}, malware = ${verdict.is === 'infected' ? verdict.malware : null},
        scan_after = ${verdict.is === 'unscannable' ? later(UNSCANNABLE_AGAIN_MS) : null}::timestamptz
      from (select scan as before from blob where id = ${id}::uuid for update) was
      -- Found twice, it is told once.
      where b.id = ${id}::uuid and was.before in ('waiting', 'unscannable') returning was.before`.execute(trx)
    if (!rows[0]) return
    if (verdict.is === 'clean') await jobs.add(trx, 'preview', { blobId: id })
    else if (verdict.is === 'infected') await tellInfected(trx, id, verdict.malware)
    else if (rows[0].before === 'waiting') await tellUncheckable(trx, id)
  }

  /** Whether there was one to scan. @throws {ScannerAway} */
  async function scanNext(scanner: Clamd): Promise<boolean> {
    const blob = await claim()
    if (!blob) return false
    const claimed = setInterval(() => void leave(blob.id, later(CLAIM_MS)).catch(() => {}), CLAIM_MS / 3)
    try {
      const verdict = await look(scanner, blob).finally(() => clearInterval(claimed))
      await db.transaction().execute((trx) => settle(trx, blob.id, verdict))
    } catch (error) {
      // It waits as before: for its scanner, or for its bytes.
      await leave(blob.id, error instanceof ScannerAway ? null : later(AGAIN_MS))
      if (error instanceof ScannerAway) throw error
      log.error({ blob: blob.id, err: error }, 'a file could not be scanned')
    }
    return true
  }

  return {
    /** The task `scan`: the next file and, as long as there are more, one after the other. */
    async scan(): Promise<void> {
      if (!clamd || underWay >= AT_ONCE) return
      underWay++
      try {
        if (await scanNext(clamd)) await jobs.add(db, 'scan', {}, { key: 'scan', priority: 10 })
      } catch (error) {
        if (!(error instanceof ScannerAway)) throw error
        log.warn('the malware scanner doesn’t answer: new files stay with their owners until it does')
      } finally {
        underWay--
      }
    },

    /** Before anybody is served: what was added without a scanner waits for one, and for none that is gone. */
    async begin(): Promise<void> {
      await db.transaction().execute(async (trx) => {
        await sql`set local statement_timeout = 0`.execute(trx)
        if (clamd) {
          await sql`update blob set scan = 'waiting' where scan = 'none'`.execute(trx)
          await jobs.add(trx, 'scan', {}, { key: 'scan', priority: 10 })
          return
        }
        const { rows } = await sql<{ id: string }>`
          update blob set scan = 'none', scan_after = null where scan in ('waiting', 'unscannable') returning id`.execute(
          trx,
        )
        for (const { id } of rows) await jobs.add(trx, 'preview', { blobId: id })
      })
    },

    /** For whoever runs it; undefined where there is none. @throws unless the scanner answers */
    check: clamd ? () => clamd.ping() : undefined,

    /** For administrators: whether there is a scanner, and whether it answers. @throws read_only, forbidden */
    async readScanner({ profile }: Professional): Promise<{ scanner: 'none' | 'ok' | 'failing' }> {
      if (!can(profile, 'administer')) throw new Problem(profile === 'read_only' ? 'read_only' : 'forbidden')
      if (!clamd) return { scanner: 'none' }
      const answers = await clamd.ping().then(
        () => true,
        () => false,
      )
      return { scanner: answers ? 'ok' : 'failing' }
    },
  }
}
