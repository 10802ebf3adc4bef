import { useInfiniteQuery } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import { useEffect } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { failureOf } from '../../parts/failure.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { useOpenRequests } from '../requests/open-requests.tsx'
import { RequestCard } from '../requests/request-card.tsx'
import { NoteRow } from './note-row.tsx'
import css from './notifications.module.css'

/** What one is asked, then what one was told, the newest first. To look at it is to have read it. */
export function Notifications() {
  const t = useT()
  const open = useOpenRequests()
  const list = useInfiniteQuery(
    api.inbox.readInbox.infiniteOptions({
      input: (cursor: string | undefined) => (cursor ? { cursor } : {}),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
    }),
  )
  const notes = list.data?.pages.flatMap((page) => page.notes)
  const newest = notes?.find(({ read }) => !read)?.at

  useEffect(() => {
    if (!newest) return
    // The page keeps showing which were new; the bell doesn't.
    void api.inbox.markRead
      .call({ until: newest })
      .then(() => queries.invalidateQueries({ queryKey: api.inbox.readInbox.key({ type: 'query' }) }))
      .catch(() => {})
  }, [newest])

  const failure = failureOf(list)
  if (failure) return failure
  if (!notes || !open) return <Skeleton rows={4} />
  if (notes.length === 0 && open.length === 0)
    return (
      <EmptyState icon={Bell} title={t('notifications_none')}>
        {t('notifications_none_lead')}
      </EmptyState>
    )
  return (
    <div className={css.page}>
      {open.length > 0 && (
        <section aria-label={t('notifications_asked')} className={css.asked}>
          {open.map((request) => (
            <RequestCard key={request.id} request={request} />
          ))}
        </section>
      )}
      <ul className={css.notes} aria-label={t('notifications')}>
        {notes.map((note) => (
          <NoteRow key={note.id} note={note} />
        ))}
      </ul>
      {list.hasNextPage && <MoreButton list={list}>{t('notifications_older')}</MoreButton>}
    </div>
  )
}
