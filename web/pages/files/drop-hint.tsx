import { FolderInput, Upload } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './drop-hint.module.css'
import type { Hover } from './drops.ts'

/** While something is dragged: where it would go. */
export function DropHint({ hover }: { hover: Hover | null }) {
  const t = useT()
  if (!hover) return null
  const { what, folder, wide } = hover
  return (
    <div className={wide ? css.frame : css.bare} aria-hidden="true">
      <p className={css.pill}>
        <Icon of={what === 'files' ? Upload : FolderInput} />
        {t(what === 'files' ? 'files_drop_add' : 'files_drop_move', { name: folder.name })}
      </p>
    </div>
  )
}
