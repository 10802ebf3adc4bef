import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from './record.module.css'

/** Clients in reach, several at once; who was ticked stays so while one searches for others. */
export function AddMembersDialog({ groupId, onClose }: { groupId: string; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const words = useDeferredValue(search.trim())
  const candidates = useQuery(
    api.people.listCandidates.queryOptions({
      input: { groupId, ...(words && { search: words }) },
      placeholderData: keepPreviousData,
    }),
  )

  function toggle(id: string): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }

  async function add(): Promise<void> {
    if (chosen.size === 0) return
    await api.people.addMembers.call({ groupId, clientIds: [...chosen] })
    toast({ text: t('group_members_added', { count: chosen.size }) })
    onClose()
    await queries.invalidateQueries()
  }

  const { data } = candidates
  const failure = failureOf(candidates)
  return (
    <Form onSubmit={add}>
      <Dialog
        title={t('group_add_members')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            {chosen.size > 0 && (
              <SubmitButton>{t('group_add_members_count', { count: chosen.size })}</SubmitButton>
            )}
          </>
        }
      >
        <p className={css.lead}>{t('group_members_hint')}</p>
        <SearchField label={t('group_candidates_search')} value={search} onChange={setSearch} />
        <FormProblem />
        {failure ? (
          failure
        ) : !data ? (
          <Skeleton rows={3} />
        ) : data.clients.length === 0 ? (
          <p className={css.none}>{t(words ? 'contacts_none_found' : 'group_candidates_none')}</p>
        ) : (
          <ul className={css.people} aria-label={t('contacts_clients')}>
            {data.clients.map(({ id, name, branches }) => (
              <li key={id} className={css.choice}>
                <Checkbox checked={chosen.has(id)} onChange={() => toggle(id)}>
                  {name}
                  {branches.length > 0 && <span className={css.detail}> · {format.list(branches)}</span>}
                </Checkbox>
              </li>
            ))}
          </ul>
        )}
        {chosen.size > 0 && (
          <Foreseen change={{ operation: 'addMembers', input: { groupId, clientIds: [...chosen] } }} />
        )}
        {data?.more && <p className={css.none}>{t('group_candidates_more')}</p>}
      </Dialog>
    </Form>
  )
}
