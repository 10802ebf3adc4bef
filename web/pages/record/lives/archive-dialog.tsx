import { useLocation } from 'wouter'
import type { ClientRecord } from '../../../../core/api/people.ts'
import { api, queries } from '../../../api.ts'
import { useT } from '../../../i18n.ts'
import { Button } from '../../../parts/button.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { Foreseen } from '../../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../../parts/form.tsx'
import { toast } from '../../../parts/toasts.tsx'

/** Archiving a client: who loses what, what stays, and the way back. */
export function ArchiveDialog({ record, onClose }: { record: ClientRecord; onClose: () => void }) {
  const t = useT()
  const [, navigate] = useLocation()
  const { id: clientId, name } = record

  async function archive(): Promise<void> {
    await api.lives.archiveClient.call({ clientId })
    toast({ text: t('lives_archived', { name }) })
    navigate('/contacts')
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={archive}>
      <Dialog
        title={t('lives_archive_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t('lives_archive')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('lives_archive_now', { name })}</p>
        <Foreseen change={{ operation: 'archiveClient', input: { clientId } }} />
        <p>{t('lives_archive_stays', { name })}</p>
        <p>{t('lives_archive_back')}</p>
      </Dialog>
    </Form>
  )
}
