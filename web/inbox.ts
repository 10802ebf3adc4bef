import { useQuery } from '@tanstack/react-query'
import { api } from './api.ts'

/** Often enough for who keeps the page open; coming back to it asks at once. */
const fresh = { refetchInterval: 60_000, refetchOnWindowFocus: 'always' } as const

/** What one was asked and hasn't answered, the newest first. */
export const requests = api.involvement.listRequests.queryOptions(fresh)

const newest = api.inbox.readInbox.queryOptions({ input: {}, ...fresh })

/** How many things under the bell wait to be read or answered. */
export function useWaiting(): number {
  const unread = useQuery(newest).data?.unread ?? 0
  const open = useQuery(requests).data?.filter((one) => !(one.kind === 'client' && one.refused)) ?? []
  return unread + open.length
}
