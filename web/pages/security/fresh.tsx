import { type ReactNode, useState } from 'react'
import { Problem } from '../../../core/errors.ts'
import { attempt } from '../../parts/toasts.tsx'
import { ConfirmItIsYou } from '../sign-in.tsx'

/**
 * Runs what only somebody who has just signed in may do; asks them to confirm that it's them where need be, then runs
 * it again. Draw `confirming` somewhere.
 */
export function useFresh(): { fresh: (act: () => Promise<void>) => Promise<void>; confirming: ReactNode } {
  const [waiting, setWaiting] = useState<(() => Promise<void>) | null>(null)

  async function fresh(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'sign_in_again')) throw error
      setWaiting(() => () => fresh(act))
    }
  }

  const confirming = waiting && (
    <ConfirmItIsYou
      onDone={() => {
        setWaiting(null)
        attempt(waiting())
      }}
      onClose={() => setWaiting(null)}
    />
  )
  return { fresh, confirming }
}
