import type { ClientRecord } from '../../../../core/api/people.ts'
import { api, queries } from '../../../api.ts'
import { useT } from '../../../i18n.ts'
import { Button } from '../../../parts/button.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../../parts/form.tsx'
import { toast } from '../../../parts/toasts.tsx'

/** Removing a client's access to the app, and what it leaves. */
export function EndAppDialog({ record, onClose }: { record: ClientRecord; onClose: () => void }) {
  const t = useT()
  const { id: clientId, name } = record

  async function end(): Promise<void> {
    await api.lives.endAppAccess.call({ clientId })
    toast({ text: t('lives_app_ended', { name }) })
    onClose()
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <Form onSubmit={end}>
      <Dialog
        title={t('lives_app_end_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t('lives_app_end')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('lives_app_end_now')}</p>
        <p>{t('lives_app_end_stays')}</p>
      </Dialog>
    </Form>
  )
}
