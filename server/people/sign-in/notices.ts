import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import type { Jobs } from '../../jobs.ts'
import type { Language } from '../../notify/letters.ts'
import type { Mail } from '../../notify/mail.ts'
import type { Notice } from '../../notify/sign-in-letters.ts'

type Db = Kysely<Database>

/** Of what was changed on somebody's account: they are told by mail, since it may not have been them. */
export type Notices = ReturnType<typeof createNotices>

export function createNotices(needs: { db: Db; jobs: Jobs; mail: Mail; publicUrl: string }) {
  const { db, jobs, mail, publicUrl } = needs
  return {
    /** Belongs to the transaction of the change. `detail`: the name of a passkey or device. */
    send: (on: Db, personId: string, notice: Notice, detail = '') =>
      jobs.add(on, 'mail', { personId, notice, detail }),

    /** The task `mail`. */
    async deliver(payload: Record<string, unknown>): Promise<void> {
      const { personId, notice, detail } = payload as { personId: string; notice: Notice; detail: string }
      const person = await db
        .selectFrom('person')
        .select(['name', 'email', 'language'])
        .where('id', '=', personId)
        .executeTakeFirst()
      if (!person) return
      await mail.send({
        to: person.email,
        language: person.language as Language,
        template: 'notice',
        data: { name: person.name, notice, detail, link: `${publicUrl}/security` },
      })
    },
  }
}
