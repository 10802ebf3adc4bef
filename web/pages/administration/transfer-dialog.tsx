import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Colleague } from '../../../core/api/administration.ts'
import type { Transfer } from '../../../core/api/custody.ts'
import { can } from '../../../core/profiles.ts'
import { api, queries } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Select } from '../../parts/select.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from './administration.module.css'

/** Somebody leaves: archived, and their work handed over to a colleague or not. Of who has left, the latter alone. */
export function TransferDialog({
  one,
  professionals,
  onClose,
}: {
  one: Colleague
  professionals: readonly Colleague[]
  onClose: () => void
}) {
  const t = useT()
  const { id: professionalId, name, archived } = one
  const [colleagueId, setColleagueId] = useState('')
  const colleagues = professionals.filter(
    (colleague) =>
      colleague.id !== professionalId && !colleague.archived && can(colleague.profile, 'writeFiles'),
  )
  const colleague = colleagues.find(({ id }) => id === colleagueId)

  async function confirm(): Promise<void> {
    if (colleague) {
      await api.custody.transferProfessional.call({ professionalId, colleagueId })
      toast({ text: t('admin_transferred', { name, colleague: colleague.name }) })
    } else {
      await api.administration.archiveProfessional.call({ professionalId })
      toast({ text: t('record_archived', { name }) })
    }
    onClose()
    await queries.invalidateQueries()
  }

  const lead = archived
    ? 'admin_transfer_lead'
    : colleague
      ? 'admin_archive_lead_transfer'
      : 'admin_archive_lead'
  const nobody = t(archived ? 'admin_transfer_choose' : 'admin_transfer_nobody')
  return (
    <Form onSubmit={confirm}>
      <Dialog
        title={t(archived ? 'admin_transfer_title' : 'admin_archive_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            {archived ? (
              colleague && <SubmitButton>{t('admin_transfer')}</SubmitButton>
            ) : (
              <SubmitButton look="danger">
                {t(colleague ? 'admin_transfer_archive' : 'record_archive')}
              </SubmitButton>
            )}
          </>
        }
      >
        <FormProblem />
        <p>{t(lead, { name })}</p>
        <Select
          label={t('admin_transfer_to')}
          value={colleagueId}
          onChange={setColleagueId}
          options={[
            { value: '', label: nobody },
            ...colleagues.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        {colleague && <Summary one={one} colleague={colleague} />}
        {!colleague && !archived && (
          <Foreseen change={{ operation: 'archiveProfessional', input: { professionalId } }} />
        )}
      </Dialog>
    </Form>
  )
}

/** What the colleague takes on, in numbers, before it is confirmed. */
function Summary({ one, colleague }: { one: Colleague; colleague: Colleague }) {
  const transfer = useQuery(
    api.custody.readTransfer.queryOptions({
      input: { professionalId: one.id, colleagueId: colleague.id },
      ...beforeChange,
    }),
  )
  return (
    <div role="status">
      {failureOf(transfer) ??
        (transfer.data ? (
          <Told transfer={transfer.data} name={one.name} colleague={colleague.name} />
        ) : (
          <Skeleton rows={3} />
        ))}
    </div>
  )
}

function Told({ transfer, name, colleague }: { transfer: Transfer; name: string; colleague: string }) {
  const t = useT()
  const format = useFormat()
  const { clients, groups, items, hidden, left, elsewhere } = transfer
  const numbers = [
    ['contacts_clients', clients],
    ['contacts_groups', groups],
    ['admin_transfer_items', items],
  ] as const
  const notes = [
    hidden > 0 && t('admin_transfer_hidden', { count: hidden, colleague }),
    left > 0 && t('admin_transfer_left', { count: left, colleague }),
    elsewhere > 0 && t('admin_transfer_elsewhere', { count: elsewhere, name }),
    t('admin_transfer_told'),
  ].filter((note) => note !== false)
  return (
    <>
      <p className={css.taken}>{t('admin_transfer_takes', { colleague })}</p>
      <dl className={css.numbers}>
        {numbers.map(([key, count]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{format.number(count)}</dd>
          </div>
        ))}
      </dl>
      {notes.map((note) => (
        <p key={note} className={css.note}>
          {note}
        </p>
      ))}
    </>
  )
}
