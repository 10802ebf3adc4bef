import { FolderPlus, LayoutGrid, List, Search, Upload } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useT } from '../../i18n.ts'
import { useMedia } from '../../media.ts'
import { Breadcrumbs } from '../../parts/breadcrumbs.tsx'
import { Button, IconButton } from '../../parts/button.tsx'
import { FloatingAction } from '../../parts/floating-action.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import type { Sort } from './listing.ts'
import { SortMenu } from './sort-menu.tsx'
import css from './toolbar.module.css'

export type View = 'list' | 'grid'

/** Where one is, and what can be done here: what may not be done is not there. */
export function Toolbar({
  path,
  hrefOf,
  canDrop,
  search,
  onSearch,
  onLeaveSearch,
  view,
  onView,
  sort,
  onSort,
  onAddFolder,
  onAddFile,
}: {
  /** From the root, which is not in it, to the folder listed. */
  path: readonly { id: string; name: string }[]
  hrefOf: (folderId: string | null) => string
  /** Whether things may be dropped on the folders above. */
  canDrop: boolean
  search: string
  onSearch: (words: string) => void
  /** Down from the field to what was found. */
  onLeaveSearch: () => void
  view: View
  onView: (view: View) => void
  sort: Sort
  onSort: (sort: Sort) => void
  onAddFolder?: (() => void) | undefined
  onAddFile?: (() => void) | undefined
}) {
  const t = useT()
  const narrow = useMedia('(width < 48rem)')
  const [searching, setSearching] = useState(false)
  const field = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const open = searching || search !== ''

  useEffect(() => {
    if (open) field.current?.querySelector('input')?.focus()
  }, [open])

  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      const writes =
        event.target instanceof Element &&
        event.target.closest('input, textarea, select, dialog, [role=dialog]')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writes) return
      event.preventDefault()
      setSearching(true)
      field.current?.querySelector('input')?.focus()
    }
    addEventListener('keydown', slash)
    return () => removeEventListener('keydown', slash)
  }, [])

  function close(): void {
    flushSync(() => setSearching(false))
    button.current?.focus()
  }

  const crumbs = [{ id: null, name: t('files') }, ...path]
  return (
    <>
      <div className={css.path}>
        <Breadcrumbs
          label={t('files_path')}
          path={crumbs.map(({ id, name }) => ({
            href: hrefOf(id),
            name,
            ...(canDrop && { drop: { 'data-drop': id ?? '', 'data-drop-name': name } }),
          }))}
        />
      </div>
      <div className={css.tools} data-open={open || undefined}>
        {open ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: these are keys of the field inside
          <div
            ref={field}
            className={css.field}
            onKeyDown={({ key }) => {
              // Of an empty field: one with words has been emptied by the first.
              if (key === 'Escape') close()
              if (key === 'ArrowDown') onLeaveSearch()
            }}
          >
            <SearchField
              label={t('files_search')}
              value={search}
              onChange={onSearch}
              onBlur={() => search === '' && setSearching(false)}
            />
          </div>
        ) : (
          <IconButton
            ref={button}
            icon={Search}
            label={t('files_search')}
            aria-keyshortcuts="/"
            onClick={() => setSearching(true)}
          />
        )}
        {view === 'grid' && <SortMenu sort={sort} onSort={onSort} />}
        <IconButton
          icon={view === 'list' ? LayoutGrid : List}
          label={t(view === 'list' ? 'files_as_grid' : 'files_as_list')}
          onClick={() => onView(view === 'list' ? 'grid' : 'list')}
        />
        {onAddFolder &&
          (narrow ? (
            <IconButton icon={FolderPlus} label={t('files_add_folder')} onClick={onAddFolder} />
          ) : (
            <Button icon={FolderPlus} onClick={onAddFolder}>
              {t('files_add_folder')}
            </Button>
          ))}
        {onAddFile &&
          (narrow ? (
            <FloatingAction>
              <Button look="primary" size="large" icon={Upload} onClick={onAddFile}>
                {t('files_add_file')}
              </Button>
            </FloatingAction>
          ) : (
            <Button look="primary" icon={Upload} onClick={onAddFile}>
              {t('files_add_file')}
            </Button>
          ))}
      </div>
    </>
  )
}
