import { isIPv6 } from 'node:net'
import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'

export type Limit = { max: number; seconds: number }

export type Limits = ReturnType<typeof createLimits>

/** Counts tries in the database, so that all processes share them. Windows are fixed: trying on never extends one. */
export function createLimits({ db, now }: { db: Kysely<Database>; now: () => Date }) {
  return {
    /** Counts a try, before it is made: tries in parallel can't slip through. @throws too_many_requests */
    async count(key: string, { max, seconds }: Limit): Promise<void> {
      const at = now()
      const resets = new Date(at.getTime() + seconds * 1000)
      const { count, resets_at } = await db
        .insertInto('rate_limit')
        .values({ key, count: 1, resets_at: resets })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            count: sql`case when rate_limit.resets_at <= ${at} then 1 else rate_limit.count + 1 end`,
            resets_at: sql`case when rate_limit.resets_at <= ${at} then excluded.resets_at else rate_limit.resets_at end`,
          }),
        )
        .returning(['count', 'resets_at'])
        .executeTakeFirstOrThrow()
      if (count === 1) await sweep(db, at)
      if (count > max) {
        const left = Math.max(1, Math.ceil((resets_at.getTime() - at.getTime()) / 1000))
        throw new Problem('too_many_requests', { seconds: left })
      }
    },

    /** Takes back a try that turned out to be legitimate. */
    async restore(key: string): Promise<void> {
      await db
        .updateTable('rate_limit')
        .set({ count: sql`greatest(count - 1, 0)` })
        .where('key', '=', key)
        .execute()
    },

    async forget(key: string): Promise<void> {
      await db.deleteFrom('rate_limit').where('key', '=', key).execute()
    },
  }
}

/** Each new row takes old ones away: who tried what is not kept. Rows that another process counts in are left to it. */
async function sweep(db: Kysely<Database>, at: Date): Promise<void> {
  await sql`delete from rate_limit where key in (
    select key from rate_limit where resets_at <= ${at} limit 100 for update skip locked)`.execute(db)
}

/** What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address, whose 2⁶⁴ addresses are one person's. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped) return mapped
  const address = ip.replace(/%.*$/, '')
  if (!isIPv6(address)) return ip
  // The URL parser writes an address in one way only, dotted quads and leading zeros gone.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const front = head.split(':').filter(Boolean)
  const back = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array<string>(8 - front.length - back.length).fill('0')
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`
}
