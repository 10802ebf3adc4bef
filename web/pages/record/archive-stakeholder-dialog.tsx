import { useLocation } from 'wouter'
import type { Stakeholder } from '../../../core/api/involvement.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { toast } from '../../parts/toasts.tsx'

/** Ends somebody's involvement, or one's own, saying who loses what. */
export function ArchiveStakeholderDialog({
  spaceId,
  spaceName,
  one,
  onClose,
}: {
  spaceId: string
  spaceName: string
  one: Stakeholder
  onClose: () => void
}) {
  const t = useT()
  const [, navigate] = useLocation()
  const { professionalId, name, you } = one
  const input = { spaceId, professionalId }

  async function archive(): Promise<void> {
    await api.involvement.archiveStakeholder.call(input)
    toast({ text: t(you ? 'record_left' : 'record_archived', { name }) })
    if (you) navigate('/contacts')
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={archive}>
      <Dialog
        title={you ? t('record_leave_title', { space: spaceName }) : t('record_archive_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t(you ? 'record_leave' : 'record_archive')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{you ? t('record_leave_lead') : t('record_archive_lead', { name })}</p>
        <Foreseen change={{ operation: 'archiveStakeholder', input }} />
      </Dialog>
    </Form>
  )
}
