import { useRef } from 'react'
import type { Item } from '../../core/api/shapes.ts'
import { previewUrl } from '../bytes.ts'
import { useFormat, useT } from '../i18n.ts'
import { letGo, useThumb } from '../thumbs.ts'
import { cx } from './class-names.ts'
import css from './file-icon.module.css'
import { FileIcon, type IconSize } from './file-icon.tsx'
import { heldBy } from './held.ts'
import { Placeholder } from './placeholder.tsx'

/**
 * The thumbnail of an item, its colours until it is there, the icon of its kind where there is none. `fill` tells
 * besides how long it plays, and that there is no picture of it.
 */
export function ItemThumb({ item, size = 'small' }: { item: Item; size?: IconSize }) {
  const t = useT()
  const format = useFormat()
  const place = useRef<HTMLSpanElement>(null)
  const { id, kind, type, preview, picture, duration } = item
  const wanted = preview === 'ready' || preview === 'pending'
  const { src, here, onLoad, onError } = useThumb(
    place,
    wanted ? previewUrl(id, 'thumb') : undefined,
    preview,
  )
  const colours = wanted && !here && picture
  return (
    <span ref={place} className={cx(css.place, size === 'fill' && css.wide)}>
      <FileIcon
        size={size}
        type={kind === 'folder' ? null : type}
        pictured={here || Boolean(colours)}
        note={size === 'fill' && kind === 'file' && !wanted && !heldBy(item) ? t('no_preview') : undefined}
      >
        {colours && <Placeholder hash={colours.hash} />}
        {src && (
          <img
            ref={letGo}
            src={src}
            alt=""
            decoding="async"
            className={here ? undefined : css.coming}
            onLoad={onLoad}
            onError={onError}
          />
        )}
      </FileIcon>
      {size === 'fill' && duration !== null && (
        <span className={css.duration}>{format.duration(duration)}</span>
      )}
    </span>
  )
}
