import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, Plus } from 'lucide-react'
import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { profileName } from './profile-name.ts'
import css from './record.module.css'

type Colleague = { professionalId: string; name: string }
type Props = { spaceId: string; onClose: () => void }

/** The colleagues who are not involved yet; one is chosen, and added once it is said what they come to see. */
export function AddColleagueDialog({ spaceId, onClose }: Props) {
  const [chosen, setChosen] = useState<Colleague | null>(null)
  return chosen ? (
    <Confirm spaceId={spaceId} colleague={chosen} onBack={() => setChosen(null)} onClose={onClose} />
  ) : (
    <Choice spaceId={spaceId} onChoose={setChosen} onClose={onClose} />
  )
}

function Choice({ spaceId, onChoose, onClose }: Props & { onChoose: (one: Colleague) => void }) {
  const t = useT()
  const format = useFormat()
  const colleagues = useQuery(api.involvement.listColleagues.queryOptions({ input: { spaceId } }))
  const [search, setSearch] = useState('')
  const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const found = colleagues.data?.filter(({ name }) => fold(name).includes(fold(search.trim())))
  const failure = failureOf(colleagues)
  return (
    <Dialog title={t('record_add_stakeholder')} onClose={onClose}>
      <p className={css.lead}>{t('record_stakeholder_hint')}</p>
      <SearchField label={t('record_colleague_search')} value={search} onChange={setSearch} />
      {failure ? (
        failure
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
                aria-label={t('of_name', { what: t('contacts_add'), name })}
                onClick={() => onChoose({ professionalId, name })}
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

function Confirm({
  spaceId,
  colleague: { professionalId, name },
  onBack,
  onClose,
}: Props & { colleague: Colleague; onBack: () => void }) {
  const t = useT()
  const input = { spaceId, professionalId }

  async function add(): Promise<void> {
    await api.involvement.addStakeholder.call(input)
    toast({ text: t('record_involved', { name }) })
    onClose()
    await queries.invalidateQueries({ queryKey: api.involvement.key() })
  }

  return (
    <Form onSubmit={add}>
      <Dialog
        title={t('record_add_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button icon={ChevronLeft} onClick={onBack}>
              {t('record_back')}
            </Button>
            <SubmitButton>{t('contacts_add')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <Foreseen change={{ operation: 'addStakeholder', input }} />
      </Dialog>
    </Form>
  )
}
