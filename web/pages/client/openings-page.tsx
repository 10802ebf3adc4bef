import { useInfiniteQuery } from '@tanstack/react-query'
import { FileSearch } from 'lucide-react'
import { Link } from 'wouter'
import type { Opening } from '../../../core/api/audit.ts'
import { FORMER_MEMBER } from '../../../core/names.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { ClientHeader } from '../../parts/client-shell.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import css from './openings-page.module.css'

/** Which professional opened which of one's files, by day. */
export function OpeningsPage() {
  const t = useT()
  const list = useInfiniteQuery(
    api.audit.listOpenings.infiniteOptions({
      input: (cursor: string | undefined) => (cursor ? { cursor } : {}),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
    }),
  )
  const openings = list.data?.pages.flatMap((page) => page.openings)
  const failure = failureOf(list)
  return (
    <>
      <ClientHeader title={t('openings')} back={{ href: '/account', label: t('account') }} />
      {failure ? (
        failure
      ) : !openings ? (
        <Skeleton />
      ) : openings.length === 0 ? (
        <EmptyState icon={FileSearch} title={t('openings_none')}>
          {t('openings_none_hint')}
        </EmptyState>
      ) : (
        <>
          <p className={css.lead}>{t('openings_lead')}</p>
          <Days openings={openings} />
          {list.hasNextPage && <MoreButton list={list}>{t('openings_more')}</MoreButton>}
        </>
      )}
    </>
  )
}

function Days({ openings }: { openings: readonly Opening[] }) {
  const format = useFormat()
  const days = Map.groupBy(openings, ({ at }) => new Date(at).toDateString())
  return [...days].map(([day, ofDay]) => (
    <section key={day} className={css.day}>
      <h2>{format.date(day)}</h2>
      <ol>
        {ofDay.map((opening) => (
          <Row key={opening.id} opening={opening} />
        ))}
      </ol>
    </section>
  ))
}

function Row({ opening: { at, action, professional, item } }: { opening: Opening }) {
  const t = useT()
  const format = useFormat()
  const name = professional.name === FORMER_MEMBER ? t('openings_former') : professional.name
  const said = action === 'file_opened' ? 'openings_opened' : 'openings_downloaded'
  return (
    <li className={css.row}>
      <Avatar name={name} />
      <div className={css.words}>
        <p>{t(said, { name })}</p>
        <Link href={`/files?item=${item.id}`}>{item.name}</Link>
        <p className={css.detail}>
          {professional.company} ·{' '}
          <time dateTime={at} title={format.dateTime(at)}>
            {format.time(at)}
          </time>
        </p>
      </div>
    </li>
  )
}
