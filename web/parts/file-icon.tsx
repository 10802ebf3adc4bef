import { File, FileArchive, FileText, Folder, Image, type LucideIcon, Music, SquarePlay } from 'lucide-react'
import { useState } from 'react'
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

/** A thumbnail, or the icon of its kind in a well until and unless there is one. Mute: the name is beside it. */
export function FileIcon({
  type,
  preview,
  size = 'small',
}: {
  /** Media type; null for a folder. */
  type: string | null
  /** Address of its thumbnail. */
  preview?: string | undefined
  /** `small` in rows, `large` in lists on phones; `fill` takes the width there is, 3:2. */
  size?: 'small' | 'large' | 'fill'
}) {
  const [broken, setBroken] = useState<string>()
  const icon = <Icon of={fileIcon(type)} size={size === 'fill' ? 26 : size === 'large' ? 20 : 18} />
  return (
    <span
      className={cx(css.well, css[size], type === null && css.folder, type === 'application/pdf' && css.page)}
      aria-hidden="true"
    >
      {preview && preview !== broken ? (
        <img src={preview} alt="" loading="lazy" decoding="async" onError={() => setBroken(preview)} />
      ) : (
        icon
      )}
    </span>
  )
}
