import { useQuery } from '@tanstack/react-query'
import { FileX2, ShieldAlert, ShieldCheck, ShieldEllipsis } from 'lucide-react'
import { Link } from 'wouter'
import type { CheckResult } from '../../../core/api/administration.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { cx } from '../../parts/class-names.ts'
import { failureOf } from '../../parts/failure.tsx'
import { Icon } from '../../parts/icon.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import shared from '../record/record.module.css'
import css from './file-check.module.css'

const WHAT = {
  missing: 'check_missing',
  damaged: 'check_damaged',
  unreadable: 'check_unreadable',
  locked: 'check_locked',
} as const satisfies Record<CheckResult['damaged'][number]['damage'], string>

/** Whether the company's files are whole, and which are not. */
export function FileCheck() {
  const t = useT()
  const result = useQuery(api.administration.readCheck.queryOptions({ staleTime: 0 }))
  const failure = failureOf(result)
  if (failure) return failure
  if (!result.data) return <Skeleton rows={3} />
  const { last, damaged, hidden } = result.data
  if (!last && damaged.length + hidden === 0)
    return (
      <EmptyState icon={ShieldEllipsis} title={t('check_none')}>
        {t('check_none_hint')}
      </EmptyState>
    )
  return (
    <section className={shared.tab}>
      <Outcome result={result.data} />
      <Damaged result={result.data} />
    </section>
  )
}

function Outcome({ result: { last, underWay, damaged, more, hidden } }: { result: CheckResult }) {
  const t = useT()
  const format = useFormat()
  const count = damaged.length + more + hidden
  const files = last?.files ?? 0
  const title =
    count > 0
      ? t('check_some_damaged', { count })
      : files > 0
        ? t('check_all_whole', { count: files })
        : t('check_no_files')
  return (
    <div className={css.outcome}>
      <span className={cx(css.well, count > 0 && css.wrong)}>
        <Icon of={count > 0 ? ShieldAlert : ShieldCheck} size={26} />
      </span>
      <div>
        <h2>{title}</h2>
        {count > 0 && files > 0 && <p>{t('check_of', { count: files })}</p>}
        {last && <p>{t('check_when', { date: format.dateTime(last.at) })}</p>}
        {underWay && <p>{t('check_under_way')}</p>}
      </div>
    </div>
  )
}

function Damaged({ result: { damaged, more, hidden } }: { result: CheckResult }) {
  const t = useT()
  if (damaged.length + hidden === 0) return null
  return (
    <>
      <p className={css.todo}>{t('check_what_to_do')}</p>
      <ul className={shared.people} aria-label={t('check_list')}>
        {damaged.map(({ id, name, damage, contact }) => (
          <li key={id} className={shared.person}>
            <Icon of={FileX2} className={css.mark} />
            <span className={shared.words}>
              <Link
                className={cx(shared.name, css.link)}
                href={`/${contact.kind === 'client' ? 'clients' : 'groups'}/${contact.id}?item=${id}`}
              >
                {name}
              </Link>
              <span className={shared.detail}>
                {contact.name} · {t(WHAT[damage])}
              </span>
            </span>
          </li>
        ))}
        {more > 0 && <li className={shared.person}>{t('check_more', { count: more })}</li>}
        {hidden > 0 && (
          <li className={shared.person}>
            <Icon of={FileX2} className={css.mark} />
            {t('check_hidden', { count: hidden })}
          </li>
        )}
      </ul>
    </>
  )
}
