import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT } from '../../i18n.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FileIcon } from '../../parts/file-icon.tsx'
import type { PickedFile } from '../../uploads/picked-files.ts'
import { addUploads } from '../../uploads/uploads.ts'
import { type Audience, AudienceChoice } from './audience-choice.tsx'
import css from './confirm-sheet.module.css'

/** More pictures than that are counted: each costs the phone its whole memory size. */
const MOST = 24

/** What is about to be added, and who will see it. */
export function ConfirmSheet({
  title,
  parentId,
  files,
  onChange,
  onClose,
}: {
  title: string
  parentId: string | null
  files: readonly PickedFile[]
  onChange: (files: PickedFile[]) => void
  onClose: () => void
}) {
  const t = useT()
  const [audience, setAudience] = useState<Audience>(null)
  const [refused, setRefused] = useState(false)
  const photos = files.every(({ file }) => file.type.startsWith('image/'))

  function add(): void {
    if (audience?.length === 0) {
      setRefused(true)
      return
    }
    const place = { parentId, page: location.pathname, ...(audience && { audience }) }
    addUploads({ files: [...files], folders: [] }, place)
    onClose()
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" onClick={add} data-first-focus="">
            {t(photos ? 'client_add_photos' : 'client_add_files', { count: files.length })}
          </Button>
        </>
      }
    >
      <ul className={css.chosen}>
        {files.slice(0, MOST).map(({ file }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
          <li key={`${index} ${file.name}`} className={css.tile}>
            <Thumbnail file={file} />
            <span className={css.name}>{file.name}</span>
            {files.length > 1 && (
              <IconButton
                icon={X}
                label={t('client_remove', { name: file.name })}
                className={css.remove}
                onClick={() => onChange(files.filter((_, other) => other !== index))}
              />
            )}
          </li>
        ))}
        {files.length > MOST && <li className={css.more}>{t('and_more', { count: files.length - MOST })}</li>}
      </ul>
      <AudienceChoice value={audience} onChange={setAudience} refused={refused} />
    </Dialog>
  )
}

function Thumbnail({ file }: { file: File }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!file.type.startsWith('image/')) return
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  const [shown, setShown] = useState(false)
  return (
    <FileIcon size="fill" type={file.type} pictured={shown}>
      {url && <img src={url} alt="" decoding="async" hidden={!shown} onLoad={() => setShown(true)} />}
    </FileIcon>
  )
}
