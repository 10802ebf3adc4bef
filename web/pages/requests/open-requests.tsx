import { useQuery } from '@tanstack/react-query'
import type { Request } from '../../../core/api/involvement.ts'
import { requests } from '../../inbox.ts'
import { RequestCard } from './request-card.tsx'
import css from './requests.module.css'

/** What waits for one's answer; undefined until it is known. */
export function useOpenRequests(): Request[] | undefined {
  return useQuery(requests).data?.filter((one) => !(one.kind === 'client' && one.refused))
}

/** What waits for the answer of somebody who belongs nowhere yet. */
export function OpenRequests() {
  const open = useOpenRequests() ?? []
  if (open.length === 0) return null
  return (
    <div className={css.cards}>
      {open.map((request) => (
        <RequestCard key={request.id} request={request} />
      ))}
    </div>
  )
}
