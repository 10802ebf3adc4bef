import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { ClientRecord } from '../../../../core/api/people.ts'
import { api } from '../../../api.ts'
import { useFormat, useT } from '../../../i18n.ts'
import { Avatar } from '../../../parts/avatar.tsx'
import { Button } from '../../../parts/button.tsx'
import { Chip } from '../../../parts/chip.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { failureOf } from '../../../parts/failure.tsx'
import { Skeleton } from '../../../parts/states.tsx'
import { SearchField } from '../../../parts/text-field.tsx'
import css from './lives.module.css'
import { MergeSummary } from './merge-summary.tsx'

/** Two records of one client: first which, then what it would do. */
export function MergeDialog({ record, onClose }: { record: ClientRecord; onClose: () => void }) {
  const [otherId, setOtherId] = useState<string | null>(null)
  if (otherId === null) return <Choice record={record} onChoose={setOtherId} onClose={onClose} />
  return (
    <MergeSummary clientId={record.id} otherId={otherId} onBack={() => setOtherId(null)} onClose={onClose} />
  )
}

function Choice({
  record: { id: clientId, name },
  onChoose,
  onClose,
}: {
  record: ClientRecord
  onChoose: (id: string) => void
  onClose: () => void
}) {
  const t = useT()
  const format = useFormat()
  const [search, setSearch] = useState('')
  const words = useDeferredValue(search.trim())
  const mergeable = useQuery(
    api.lives.listMergeable.queryOptions({
      input: { clientId, ...(words && { search: words }) },
      placeholderData: keepPreviousData,
    }),
  )
  const { data } = mergeable
  return (
    <Dialog title={t('lives_merge_choose', { name })} onClose={onClose} size="medium">
      <SearchField label={t('lives_merge_search')} value={search} onChange={setSearch} />
      {failureOf(mergeable) ??
        (!data ? (
          <Skeleton rows={3} />
        ) : data.clients.length === 0 ? (
          <p className={css.none}>{t(words ? 'contacts_none_found' : 'lives_merge_none')}</p>
        ) : (
          <ul className={css.people}>
            {data.clients.map((client) => (
              <li key={client.id} className={css.person}>
                <Avatar name={client.name} />
                <span className={css.words}>
                  <span className={css.name}>
                    {client.name}
                    {client.alike && <Chip accent>{t('lives_merge_alike')}</Chip>}
                  </span>
                  <span className={css.detail}>
                    {[client.email, format.list(client.branches)].filter(Boolean).join(' · ')}
                  </span>
                </span>
                <Button
                  onClick={() => onChoose(client.id)}
                  aria-label={t('of_name', { what: t('lives_merge_pick'), name: client.name })}
                >
                  {t('lives_merge_pick')}
                </Button>
              </li>
            ))}
          </ul>
        ))}
      {data?.more && <p className={css.none}>{t('lives_more')}</p>}
    </Dialog>
  )
}
