import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { attempt } from './toasts.tsx'

/** Asks for the next page of a list; that it didn't come is told, and what is shown stays. */
export function MoreButton({
  list,
  children,
}: {
  list: Pick<UseInfiniteQueryResult, 'isFetchingNextPage' | 'fetchNextPage'>
  children: ReactNode
}) {
  return (
    <Button
      busy={list.isFetchingNextPage}
      onClick={() => attempt(list.fetchNextPage({ throwOnError: true }))}
    >
      {children}
    </Button>
  )
}
