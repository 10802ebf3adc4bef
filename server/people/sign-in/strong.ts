import type { Kysely } from 'kysely'
import { Problem } from '../../../core/errors.ts'
import type { Database } from '../../db/schema.ts'
import type { Session, Sessions } from '../sessions.ts'
import type { Factors } from './factors.ts'

type Db = Kysely<Database>

export type Strong = ReturnType<typeof createStrong>

/** What a session must be for what whoever found it open, or knows a password alone, may not do. */
export function createStrong({ db, sessions, factors }: { db: Db; sessions: Sessions; factors: Factors }) {
  const asksTwo = async ({ personId }: Session) => (await factors.readHeld(db, personId)).asked

  /** @throws sign_in_again unless they have just signed in, with the second factor where one is asked for */
  async function requireStrong(session: Session): Promise<void> {
    await sessions.requireFresh(session)
    if (!(await asksTwo(session))) return
    const { two_factors } = await db
      .selectFrom('session')
      .select('two_factors')
      .where('id', '=', session.id)
      .executeTakeFirstOrThrow()
    // Else whoever knows a password alone could add a second factor of their own.
    if (!two_factors) throw new Problem('sign_in_again')
  }

  return {
    requireStrong,

    /** For what the present password is asked for already. @throws sign_in_again where a second factor is asked for */
    async requireStrongBesides(session: Session): Promise<void> {
      if (await asksTwo(session)) await requireStrong(session)
    },
  }
}
