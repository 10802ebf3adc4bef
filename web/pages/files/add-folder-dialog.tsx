import { FolderUp } from 'lucide-react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { requireLegalName } from './changes.ts'

/** A new folder by name, or one with all that it holds from this device. */
export function AddFolderDialog({
  spaceId,
  parentId,
  onChooseFolder,
  onClose,
}: {
  spaceId: string
  parentId: string | null
  /** Opens the device's own choice of a folder; absent where it has none. */
  onChooseFolder?: (() => void) | undefined
  onClose: () => void
}) {
  const t = useT()
  return (
    <Form
      onSubmit={async ({ name: typed = '' }) => {
        const name = requireLegalName(typed)
        await api.files.createFolder.call({ spaceId, parentId, name })
        toast({ text: t('files_folder_added', { name }) })
        void queries.invalidateQueries({ queryKey: api.files.listItems.key() })
        onClose()
      }}
    >
      <Dialog
        title={t('files_add_folder')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('files_add_folder')}</SubmitButton>
          </>
        }
      >
        <TextField name="name" label={t('files_name')} autoComplete="off" />
        <FormProblem />
        {onChooseFolder && (
          <div>
            <Button
              icon={FolderUp}
              onClick={() => {
                onClose()
                onChooseFolder()
              }}
            >
              {t('files_choose_folder')}
            </Button>
          </div>
        )}
      </Dialog>
    </Form>
  )
}
