import { File, FileArchive, FileText, Folder, Image, type LucideIcon, Music, SquarePlay } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'
import css from './file-icon.module.css'
import { Icon } from './icon.tsx'

/** The icon for a media type; null means a folder. */
export function fileIcon(type: string | null): LucideIcon {
  if (type === null) return Folder
  if (type.startsWith('image/')) return Image
  if (type.startsWith('video/')) return SquarePlay
  if (type.startsWith('audio/')) return Music
  if (
    type.startsWith('text/') ||
    type === 'application/pdf' ||
    /word|document|presentation|sheet/.test(type)
  ) {
    return FileText
  }
  return /zip|tar|compressed/.test(type) ? FileArchive : File
}

/** What is read from the top. */
const PAGES = /pdf|^text|officedocument|opendocument/

/** `small` in rows, `large` in lists on phones; `fill` takes the width there is, 3:2. */
export type IconSize = 'small' | 'large' | 'fill'

/** A well with the icon of a kind or, `pictured`, with its children. Mute: the name is beside it. */
export function FileIcon({
  type,
  size = 'small',
  pictured = false,
  note,
  children,
}: {
  /** Media type; null for a folder. */
  type: string | null
  size?: IconSize
  pictured?: boolean
  /** A word below the icon. */
  note?: string | undefined
  /** Pictures, one over the other. */
  children?: ReactNode
}) {
  return (
    <span
      className={cx(
        css.well,
        css[size],
        pictured && css.pictured,
        type === null && css.folder,
        type !== null && PAGES.test(type) && css.page,
      )}
      aria-hidden="true"
    >
      {!pictured && <Icon of={fileIcon(type)} size={size === 'fill' ? 26 : size === 'large' ? 20 : 18} />}
      {!pictured && note && <span className={css.note}>{note}</span>}
      {children}
    </span>
  )
}
