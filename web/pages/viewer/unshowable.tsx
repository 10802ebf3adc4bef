import { Download, RotateCw } from 'lucide-react'
import { useEffect } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { download } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { onOnline } from '../../online.ts'
import { Button } from '../../parts/button.tsx'
import { fileIcon } from '../../parts/file-icon.tsx'
import { Icon } from '../../parts/icon.tsx'
import css from './content.module.css'

/** A file that can't be shown here: what it is, one sentence of why, and its download. */
export function Unshowable({
  item,
  why,
  onRetry,
}: {
  item: Item
  why: string
  /** For what may well succeed another time; called by itself once the network has come back. */
  onRetry?: () => void
}) {
  const t = useT()
  const format = useFormat()
  useEffect(() => (onRetry ? onOnline(onRetry) : undefined), [onRetry])
  return (
    <div className={css.card}>
      <span className={css.well}>
        <Icon of={fileIcon(item.type ?? '')} size={40} />
      </span>
      <p className={css.name}>{item.name}</p>
      <p className={css.size}>{format.size(item.size ?? 0)}</p>
      <p role="status">{why}</p>
      <div className={css.buttons}>
        {onRetry && (
          <Button look="primary" icon={RotateCw} onClick={onRetry}>
            {t('try_again')}
          </Button>
        )}
        <Button look={onRetry ? 'plain' : 'primary'} icon={Download} onClick={() => download(item.id)}>
          {t('files_download')}
        </Button>
      </div>
    </div>
  )
}
