import { ChevronRight, Folder, House } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useT } from '../../i18n.ts'
import { cx } from '../../parts/class-names.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './folder-tree.module.css'
import { type TreeFolder, useFolderTree } from './folders.ts'

/** A choice of one folder among those to which one may add: arrows go, open and close, Enter confirms. */
export function FolderTree({
  spaceId,
  rootName,
  except,
  open,
  value,
  onChange,
  onConfirm,
}: {
  spaceId: string | undefined
  rootName: string
  /** Ids of folders that can't be chosen, nor what is inside them. */
  except: ReadonlySet<string>
  /** Ids of folders to begin with open. */
  open: readonly string[]
  value: string | null
  onChange: (folderId: string | null) => void
  onConfirm: () => void
}) {
  const t = useT()
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => new Set(open))
  const folders = useFolderTree(spaceId, rootName, expanded, except)
  const tree = useRef<HTMLDivElement>(null)
  const at = folders.findIndex(({ id }) => id === value)

  const isThere = at >= 0
  useEffect(() => {
    if (!isThere) return
    const row = tree.current?.querySelector<HTMLElement>(`[data-folder="${value ?? ''}"]`)
    row?.scrollIntoView({ block: 'nearest' })
    row?.focus({ preventScroll: true })
  }, [value, isThere])

  function expand({ id, expanded: is }: TreeFolder, wanted: boolean): void {
    if (id === null || is === wanted) return
    setExpanded((before) => {
      const after = new Set(before)
      if (wanted) after.add(id)
      else after.delete(id)
      return after
    })
  }

  function press(event: KeyboardEvent): void {
    const folder = folders[at] ?? folders[0]
    if (!folder) return
    const go = (to: TreeFolder | null | undefined) => to && onChange(to.id)
    switch (event.key) {
      case 'ArrowDown':
        go(folders[at + 1])
        break
      case 'ArrowUp':
        go(folders[at - 1])
        break
      case 'Home':
        go(folders[0])
        break
      case 'End':
        go(folders.at(-1))
        break
      case 'ArrowRight':
        if (folder.expanded) go(folders[at + 1])
        else expand(folder, true)
        break
      case 'ArrowLeft':
        if (folder.expanded && folder.id !== null) expand(folder, false)
        else go(folder.parent)
        break
      case 'Enter':
        onConfirm()
        break
      default:
        return
    }
    event.preventDefault()
  }

  return (
    <div ref={tree} role="tree" aria-label={t('files_folders')} className={css.tree}>
      {folders.map((folder) => (
        <div
          key={folder.id}
          role="treeitem"
          aria-level={folder.level}
          aria-selected={folder.id === value}
          aria-expanded={folder.leaf ? undefined : folder.expanded}
          aria-busy={folder.loading || undefined}
          tabIndex={folder.id === value ? 0 : -1}
          data-folder={folder.id ?? ''}
          {...(folder.id === value && { 'data-first-focus': '' })}
          className={css.folder}
          style={{ paddingInlineStart: `${(folder.level - 1) * 20 + 4}px` }}
          onClick={() => onChange(folder.id)}
          onDoubleClick={() => expand(folder, !folder.expanded)}
          onKeyDown={press}
        >
          <button
            type="button"
            tabIndex={-1}
            aria-hidden="true"
            className={cx(css.twist, folder.expanded && css.open)}
            disabled={folder.leaf || folder.id === null}
            onClick={() => expand(folder, !folder.expanded)}
          >
            {!folder.leaf && folder.id !== null && <Icon of={ChevronRight} size={16} />}
          </button>
          <Icon of={folder.id === null ? House : Folder} className={css.icon} />
          <span className={css.name}>{folder.name}</span>
        </div>
      ))}
    </div>
  )
}
