import { useEffect, useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { splitName } from '../../../core/names.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { renameItem, requireLegalName } from './changes.ts'

/** Begins with the stem selected, so that typing keeps the ending. */
export function RenameDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useT()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const { stem } = item.kind === 'file' ? splitName(item.name) : { stem: item.name }
    input.current?.setSelectionRange(0, stem.length)
  }, [item])

  return (
    <Form
      onSubmit={async ({ name = '' }) => {
        const legal = requireLegalName(name)
        if (legal !== item.name) void renameItem(item, legal)
        onClose()
      }}
    >
      <Dialog
        title={t(item.kind === 'folder' ? 'files_rename_folder' : 'files_rename_file')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('files_rename')}</SubmitButton>
          </>
        }
      >
        <TextField
          ref={input}
          name="name"
          label={t('files_name')}
          defaultValue={item.name}
          autoComplete="off"
          spellCheck={false}
        />
      </Dialog>
    </Form>
  )
}
