import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Archive } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { api, queries } from '../../../api.ts'
import { useFormat, useT } from '../../../i18n.ts'
import { Avatar } from '../../../parts/avatar.tsx'
import { Button } from '../../../parts/button.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { failureOf } from '../../../parts/failure.tsx'
import { Foreseen } from '../../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../../parts/form.tsx'
import { EmptyState, Skeleton } from '../../../parts/states.tsx'
import { toast } from '../../../parts/toasts.tsx'
import css from './lives.module.css'

type Archived = { id: string; name: string }

/** Clients whom the practice no longer follows; each can be restored. */
export function ArchivedList({ search }: { search: string }) {
  const t = useT()
  const format = useFormat()
  const [restoring, setRestoring] = useState<Archived | null>(null)
  const archived = useQuery(
    api.lives.listArchived.queryOptions({
      input: { ...(search && { search }) },
      placeholderData: keepPreviousData,
    }),
  )
  const failure = failureOf(archived)
  if (failure) return failure
  const { data } = archived
  if (!data) return <Skeleton />
  if (data.clients.length === 0)
    return (
      <EmptyState icon={Archive} title={t(search ? 'contacts_none_found' : 'lives_archived_none')}>
        {t(search ? 'contacts_none_found_hint' : 'lives_archived_none_hint')}
      </EmptyState>
    )
  return (
    <>
      <ul className={css.people} aria-label={t('contacts_archived')}>
        {data.clients.map((client) => (
          <li key={client.id} className={css.person}>
            <Avatar name={client.name} />
            <span className={css.words}>
              <span className={css.name}>{client.name}</span>
              <span className={css.detail}>
                {[
                  ...(client.branches.length > 0 ? [format.list(client.branches)] : []),
                  t('lives_archived_on', { date: format.date(client.archivedAt) }),
                ].join(' · ')}
              </span>
            </span>
            <Button
              onClick={() => setRestoring(client)}
              aria-label={t('of_name', { what: t('lives_restore'), name: client.name })}
            >
              {t('lives_restore')}
            </Button>
          </li>
        ))}
      </ul>
      {data.more && <p className={css.none}>{t('lives_more')}</p>}
      {restoring && <RestoreDialog client={restoring} onClose={() => setRestoring(null)} />}
    </>
  )
}

function RestoreDialog({
  client: { id: clientId, name },
  onClose,
}: {
  client: Archived
  onClose: () => void
}) {
  const t = useT()
  const [, navigate] = useLocation()

  async function restore(): Promise<void> {
    await api.lives.restoreClient.call({ clientId })
    toast({ text: t('lives_restored', { name }) })
    navigate(`/clients/${clientId}`)
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={restore}>
      <Dialog
        title={t('lives_restore_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('lives_restore')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('lives_restore_lead', { name })}</p>
        <Foreseen change={{ operation: 'restoreClient', input: { clientId } }} />
      </Dialog>
    </Form>
  )
}
