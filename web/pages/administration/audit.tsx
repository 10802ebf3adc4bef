import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { AuditEntry, AuditFilter as Filter } from '../../../core/api/audit.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { failureOf } from '../../parts/failure.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import css from './audit.module.css'
import { AuditFilter } from './audit-filter.tsx'
import { AuditSentence, detailsOf } from './audit-sentence.tsx'

/** What was done in the company, or in one's branches of it, by day. */
export function Audit() {
  const t = useT()
  const [filter, setFilter] = useState<Filter>({})
  const list = useInfiniteQuery(
    api.audit.listEntries.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...filter, ...(cursor && { cursor }) }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const entries = list.data?.pages.flatMap((page) => page.entries)
  const narrowed = Object.keys(filter).length > 0
  const failure = failureOf(list)
  return (
    <section className={css.tab}>
      <p className={css.lead}>{t('audit_lead')}</p>
      <AuditFilter filter={filter} onChange={setFilter} />
      {failure ? (
        failure
      ) : !entries ? (
        <Skeleton />
      ) : entries.length === 0 ? (
        <EmptyState icon={ScrollText} title={t(narrowed ? 'audit_none_found' : 'audit_none')}>
          {t(narrowed ? 'audit_none_found_hint' : 'audit_none_hint')}
        </EmptyState>
      ) : (
        <>
          <Days entries={entries} />
          {list.hasNextPage && <MoreButton list={list}>{t('audit_more')}</MoreButton>}
        </>
      )}
    </section>
  )
}

function Days({ entries }: { entries: readonly AuditEntry[] }) {
  const format = useFormat()
  const days = Map.groupBy(entries, ({ at }) => new Date(at).toDateString())
  return [...days].map(([day, ofDay]) => (
    <section key={day} className={css.day}>
      <h2>{format.date(day)}</h2>
      <ol>
        {ofDay.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
    </section>
  ))
}

function Entry({ entry }: { entry: AuditEntry }) {
  const t = useT()
  const format = useFormat()
  const details = detailsOf(t, entry)
  return (
    <li className={css.entry}>
      <time dateTime={entry.at} title={format.dateTime(entry.at)}>
        {format.time(entry.at)}
      </time>
      <div className={css.words}>
        <AuditSentence entry={entry} />
        {details.length > 0 && <p className={css.detail}>{details.join(' · ')}</p>}
      </div>
    </li>
  )
}
