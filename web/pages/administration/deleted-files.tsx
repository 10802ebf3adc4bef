import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { RotateCcw, Trash2 } from 'lucide-react'
import type { Deletion } from '../../../core/api/custody.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { cx } from '../../parts/class-names.ts'
import { failureOf } from '../../parts/failure.tsx'
import { FileIcon } from '../../parts/file-icon.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import css from '../record/record.module.css'
import own from './administration.module.css'

/** What professionals of the company deleted and a super admin can still bring back. */
export function DeletedFiles() {
  const t = useT()
  const { data: company } = useQuery(api.administration.readCompany.queryOptions())
  const list = useInfiniteQuery(
    api.custody.listDeletions.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...(cursor && { cursor }) }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      staleTime: 0,
    }),
  )
  const failure = failureOf(list)
  if (failure) return failure
  if (!list.data || !company) return <Skeleton />
  const deletions = list.data.pages.flatMap((page) => page.deletions)
  if (deletions.length === 0) {
    const days = company.retentionDays
    return (
      <EmptyState icon={Trash2} title={t('deleted_none')}>
        {days > 0 ? t('deleted_none_hint', { count: days }) : t('deleted_none_kept')}
      </EmptyState>
    )
  }
  return (
    <section className={css.tab}>
      <p className={css.lead}>{t('deleted_lead')}</p>
      <ul className={css.people} aria-label={t('admin_deleted')}>
        {deletions.map((deletion) => (
          <Row key={deletion.id} deletion={deletion} />
        ))}
      </ul>
      {list.hasNextPage && (
        <div className={own.more}>
          <MoreButton list={list}>{t('deleted_more')}</MoreButton>
        </div>
      )}
    </section>
  )
}

function Row({ deletion }: { deletion: Deletion }) {
  const t = useT()
  const format = useFormat()
  const { id: deletionId, items, more, files, hidden, by, space, at, until } = deletion
  const names = items.map(({ name }) => t('quoted', { name }))
  const rest = more > 0 ? [t('names_others', { count: more })] : []
  const unseen = hidden ? [t('deleted_hidden_too')] : []
  const what = items.length > 0 ? format.list([...names, ...rest, ...unseen]) : t('deleted_hidden')
  const holdsFolder = items.some(({ kind }) => kind === 'folder')

  async function restore(): Promise<void> {
    await api.custody.restoreDeletion.call({ deletionId })
    toast({ text: t('deleted_restored', { what }) })
    await queries.invalidateQueries()
  }

  return (
    <li className={cx(css.person, own.row, own.deletion)}>
      <FileIcon type={holdsFolder ? null : ''} />
      <span className={css.words}>
        <span className={css.name}>{what}</span>
        <span className={css.detail}>
          {space.name}
          {holdsFolder && ` · ${t('deleted_files', { count: files })}`}
        </span>
        <span className={css.detail} title={format.dateTime(at)}>
          {[
            t('deleted_by', { name: by }),
            format.date(at),
            t('deleted_until', { date: format.date(until) }),
          ].join(' · ')}
        </span>
      </span>
      <span className={own.actions}>
        <Button
          icon={RotateCcw}
          look="quiet"
          onClick={() => attempt(restore())}
          aria-label={t('of_name', { what: t('deleted_restore'), name: what })}
        >
          {t('deleted_restore')}
        </Button>
      </span>
    </li>
  )
}
