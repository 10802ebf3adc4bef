import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'

/** Becoming the owner of what a colleague made, and saying why. */
export function TakeOverDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useT()
  const { id: itemId, name, owner } = item

  async function takeOver({ reason = '' }: Record<string, string>): Promise<void> {
    await api.custody.takeOverItem.call({ itemId, reason })
    toast({ text: t('take_over_done', { name }) })
    onClose()
    await queries.invalidateQueries({ queryKey: api.files.key() })
  }

  return (
    <Form onSubmit={takeOver}>
      <Dialog
        title={t('take_over_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('take_over')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>
          {t(item.kind === 'folder' ? 'take_over_lead_folder' : 'take_over_lead', {
            name: owner?.name ?? '',
          })}
        </p>
        <Reason />
      </Dialog>
    </Form>
  )
}

/** Said in the log, and to the former owner. */
export function Reason() {
  const t = useT()
  return (
    <TextField
      label={t('take_over_reason')}
      hint={t('take_over_reason_hint')}
      name="reason"
      required
      maxLength={500}
      autoComplete="off"
    />
  )
}
