import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { Colleague } from '../../../core/api/administration.ts'
import type { Contact } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from '../record/record.module.css'
import own from './administration.module.css'
import { Reason } from './take-over-dialog.tsx'

/**
 * All that a colleague made in the files of one client or group, whether or not one sees it. That there is something
 * isn't told beforehand: one says why first.
 */
export function TakeOverFilesDialog({ one, onClose }: { one: Colleague; onClose: () => void }) {
  const t = useT()
  const [chosen, setChosen] = useState<Contact | null>(null)

  async function takeOver({ reason = '' }: Record<string, string>): Promise<void> {
    if (!chosen) return
    const { items } = await api.custody.takeOverSpace.call({
      spaceId: chosen.spaceId,
      professionalId: one.id,
      reason,
    })
    toast({
      text: t(items > 0 ? 'take_over_files_done' : 'take_over_files_none', { count: items, name: one.name }),
    })
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={takeOver}>
      <Dialog
        title={t('take_over_files_title', { name: one.name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            {chosen && <SubmitButton>{t('take_over')}</SubmitButton>}
          </>
        }
      >
        <p>{t('take_over_files_lead', { name: one.name })}</p>
        <FormProblem />
        <ContactChoice value={chosen} onChange={setChosen} />
        {chosen && <Reason />}
      </Dialog>
    </Form>
  )
}

/** One of the clients and groups in reach. */
function ContactChoice({ value, onChange }: { value: Contact | null; onChange: (contact: Contact) => void }) {
  const t = useT()
  const format = useFormat()
  const [search, setSearch] = useState('')
  const words = useDeferredValue(search.trim())
  const contacts = useQuery(
    api.people.listContacts.queryOptions({
      input: { ...(words && { search: words }) },
      placeholderData: keepPreviousData,
    }),
  )
  const { data } = contacts
  return (
    <>
      <SearchField label={t('take_over_files_where')} value={search} onChange={setSearch} />
      {failureOf(contacts) ??
        (!data ? (
          <Skeleton rows={3} />
        ) : data.contacts.length === 0 ? (
          <p className={css.none}>{t('contacts_none_found')}</p>
        ) : (
          <fieldset className={own.contacts}>
            <legend className="visually-hidden">{t('take_over_files_where')}</legend>
            {data.contacts.map((contact) => (
              <label key={contact.spaceId}>
                <input
                  type="radio"
                  name="contact"
                  checked={contact.spaceId === value?.spaceId}
                  onChange={() => onChange(contact)}
                />
                <span>
                  {contact.name}
                  <span className={css.detail}>
                    {' · '}
                    {contact.kind === 'group' ? t('take_over_files_group') : format.list(contact.branches)}
                  </span>
                </span>
              </label>
            ))}
          </fieldset>
        ))}
    </>
  )
}
