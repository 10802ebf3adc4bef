import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { ErrorState, Skeleton } from '../../parts/states.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { profileName } from './profile-name.ts'
import css from './record.module.css'

/** The colleagues who are not involved yet; one is added at once. */
export function AddColleagueDialog({ spaceId, onClose }: { spaceId: string; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const colleagues = useQuery(api.people.listColleagues.queryOptions({ input: { spaceId } }))
  const [search, setSearch] = useState('')
  const [busy, setBusy] = useState<string | null>(null)
  const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const found = colleagues.data?.filter(({ name }) => fold(name).includes(fold(search.trim())))

  async function add(professionalId: string, name: string): Promise<void> {
    setBusy(professionalId)
    try {
      await api.people.addStakeholder.call({ spaceId, professionalId })
    } finally {
      setBusy(null)
    }
    toast({ text: t('record_involved', { name }) })
    onClose()
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <Dialog title={t('record_add_stakeholder')} onClose={onClose}>
      <p className={css.lead}>{t('record_stakeholder_hint')}</p>
      <SearchField label={t('record_colleague_search')} value={search} onChange={setSearch} />
      {colleagues.isError ? (
        <ErrorState error={colleagues.error} onRetry={() => void colleagues.refetch()} />
      ) : !found ? (
        <Skeleton rows={3} />
      ) : found.length === 0 ? (
        <p className={css.none}>{t(search ? 'contacts_none_found' : 'record_colleague_none')}</p>
      ) : (
        <ul className={css.people}>
          {found.map(({ professionalId, name, profile, branches }) => (
            <li key={professionalId} className={css.person}>
              <Avatar name={name} />
              <span className={css.words}>
                <span className={css.name}>{name}</span>
                <span className={css.detail}>
                  {[profileName(profile), ...(branches.length > 0 ? [format.list(branches)] : [])].join(
                    ' · ',
                  )}
                </span>
              </span>
              <Button
                icon={Plus}
                busy={busy === professionalId}
                aria-label={`${t('contacts_add')}: ${name}`}
                onClick={() => attempt(add(professionalId, name))}
              >
                {t('contacts_add')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
