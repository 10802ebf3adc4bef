import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isGone } from '../api.ts'
import { ErrorState } from './states.tsx'

/**
 * What stands where the answer of a query can't be shown; null where it can be, or is on its way. Shown once, it stays
 * when it can't be asked for again, and what one does with it goes on; unless it is gone, or no longer seen.
 */
export function failureOf({
  data,
  error,
  refetch,
}: Pick<UseQueryResult, 'data' | 'error' | 'refetch'>): ReactNode {
  if (!error || (data !== undefined && !isGone(error))) return null
  return <ErrorState error={error} onRetry={() => void refetch()} />
}
