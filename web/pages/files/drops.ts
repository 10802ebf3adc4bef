import { type DragEvent, useEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { type Picked, readDrop } from '../../uploads/picked-files.ts'
import css from './drops.module.css'

/** A folder that takes what is dropped on it; the root has a null id. */
export interface DropFolder {
  id: string | null
  name: string
}

/** What is above a folder right now. */
export interface Hover {
  what: 'items' | 'files'
  folder: DropFolder
  /** Over the list as a whole, not over one of the folders in it. */
  wide: boolean
}

/** The folder under the pointer: marked by `data-drop` with its id (empty for the root) and `data-drop-name`. */
function folderAt(target: EventTarget): { element: HTMLElement; folder: DropFolder } | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-drop]') : null
  if (!element) return null
  return { element, folder: { id: element.dataset.drop || null, name: element.dataset.dropName ?? '' } }
}

/**
 * Dragging items onto folders and breadcrumbs, and files from the device onto those or anywhere on the list: one
 * set of handlers for the whole. Nothing is taken where the marks don't allow it.
 */
export function useDrops({
  here,
  canAdd,
  selected,
  items,
  onMove,
  onFiles,
  wordsFor,
}: {
  /** The folder listed. */
  here: DropFolder
  /** Whether files may be dropped on the list itself. */
  canAdd: boolean
  selected: readonly Item[]
  items: readonly Item[]
  onMove: (items: readonly Item[], folderId: string | null) => void
  onFiles: (picked: Picked, folder: DropFolder) => void
  /** What follows the pointer. */
  wordsFor: (items: readonly Item[]) => string
}) {
  const dragged = useRef<readonly Item[]>([])
  const over = useRef<HTMLElement | null>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  useStrayFilesIgnored()

  function mark(element: HTMLElement | null, next: Hover | null): void {
    if (over.current !== element) {
      over.current?.removeAttribute('data-over')
      element?.setAttribute('data-over', '')
      over.current = element
    }
    setHover((before) =>
      before?.what === next?.what &&
      before?.folder.id === next?.folder.id &&
      Boolean(before) === Boolean(next)
        ? before
        : next,
    )
  }

  function goalOf(event: DragEvent): { element: HTMLElement | null; hover: Hover } | null {
    if (event.target instanceof Element && event.target.closest('dialog, [role=dialog]')) return null
    const at = folderAt(event.target)
    if (dragged.current.length > 0) {
      const stays = dragged.current.every(({ parentId }) => parentId === (at?.folder.id ?? null))
      const self = dragged.current.some(({ id }) => id === at?.folder.id)
      return at && !stays && !self
        ? { element: at.element, hover: { what: 'items', folder: at.folder, wide: false } }
        : null
    }
    if (!event.dataTransfer.types.includes('Files')) return null
    if (at) return { element: at.element, hover: { what: 'files', folder: at.folder, wide: false } }
    return canAdd ? { element: null, hover: { what: 'files', folder: here, wide: true } } : null
  }

  const handlers = {
    onDragStart(event: DragEvent<HTMLElement>): void {
      const id = (event.target as HTMLElement).dataset?.id
      const item = items.find((one) => one.id === id)
      if (!item) return
      const all = selected.includes(item) ? selected : [item]
      if (!all.every(({ can }) => can.modify)) {
        event.preventDefault()
        return
      }
      dragged.current = all
      event.dataTransfer.effectAllowed = 'move'
      event.dataTransfer.setData('text/plain', all.map(({ name }) => name).join('\n'))
      showBesidePointer(event.dataTransfer, wordsFor(all))
    },
    onDragEnd(): void {
      dragged.current = []
      mark(null, null)
    },
    onDragOver(event: DragEvent): void {
      const goal = goalOf(event)
      mark(goal?.element ?? null, goal?.hover ?? null)
      if (!goal) return
      event.preventDefault()
      event.dataTransfer.dropEffect = goal.hover.what === 'items' ? 'move' : 'copy'
    },
    onDragLeave({ relatedTarget, currentTarget }: DragEvent): void {
      if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) mark(null, null)
    },
    onDrop(event: DragEvent): void {
      const goal = goalOf(event)
      const items = dragged.current
      dragged.current = []
      mark(null, null)
      if (!goal) return
      event.preventDefault()
      const { what, folder } = goal.hover
      if (what === 'items') onMove(items, folder.id)
      else void readDrop(event.dataTransfer).then((picked) => onFiles(picked, folder))
    },
  }
  return { hover, handlers }
}

/** A file dropped beside the list must not replace the page. */
function useStrayFilesIgnored(): void {
  useEffect(() => {
    const ignore = (event: globalThis.DragEvent) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'none'
    }
    addEventListener('dragover', ignore)
    addEventListener('drop', ignore)
    return () => {
      removeEventListener('dragover', ignore)
      removeEventListener('drop', ignore)
    }
  }, [])
}

function showBesidePointer(data: DataTransfer, words: string): void {
  const chip = document.createElement('div')
  chip.className = css.chip ?? ''
  chip.textContent = words
  document.body.append(chip)
  data.setDragImage(chip, -12, -6)
  // The browser has taken its picture by then.
  setTimeout(() => chip.remove())
}
