import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT } from '../../i18n.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FileIcon } from '../../parts/file-icon.tsx'
import { type PickedFile, sortOut } from '../../uploads/picked-files.ts'
import { addUploads } from '../../uploads/uploads.ts'
import { type Audience, AudienceChoice } from './audience-choice.tsx'
import css from './confirm-sheet.module.css'

/** More pictures than that are counted: each costs the phone its whole memory size. */
const MOST = 24

/** What is about to be added, and who will see it; and what can't be added at all. */
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
  const { fit, refused: refusals } = sortOut(files)
  const photos = fit.every(({ file }) => file.type.startsWith('image/'))

  function add(): void {
    if (audience?.length === 0) {
      setRefused(true)
      return
    }
    const place = { parentId, page: location.pathname, ...(audience && { audience }) }
    addUploads({ files: fit, folders: [] }, place)
    onClose()
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t(fit.length > 0 ? 'cancel' : 'close')}</Button>
          {fit.length > 0 && (
            <Button look="primary" onClick={add} data-first-focus="">
              {t(photos ? 'client_add_photos' : 'client_add_files', { count: fit.length })}
            </Button>
          )}
        </>
      }
    >
      {refusals.length > 0 && (
        <ul className={css.refusals}>
          {refusals.map(({ name, why }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
            <li key={`${index} ${name}`}>
              <b>{name}</b> {why}
            </li>
          ))}
        </ul>
      )}
      {fit.length > 0 && (
        <>
          <ul className={css.chosen}>
            {fit.slice(0, MOST).map((each, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
              <li key={`${index} ${each.file.name}`} className={css.tile}>
                <Thumbnail file={each.file} />
                <span className={css.name}>{each.file.name}</span>
                {fit.length > 1 && (
                  <IconButton
                    icon={X}
                    label={t('client_remove', { name: each.file.name })}
                    className={css.remove}
                    onClick={() => onChange(files.filter((other) => other !== each))}
                  />
                )}
              </li>
            ))}
            {fit.length > MOST && <li className={css.more}>{t('and_more', { count: fit.length - MOST })}</li>}
          </ul>
          <AudienceChoice count={fit.length} value={audience} onChange={setAudience} refused={refused} />
        </>
      )}
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
