import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { contentUrl, previewUrl } from '../../bytes.ts'
import { useT } from '../../i18n.ts'
import { fileIcon } from '../../parts/file-icon.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ItemThumb } from '../../parts/item-thumb.tsx'
import css from './content.module.css'
import { Unshowable } from './unshowable.tsx'

/** A video or a recording, in the browser's own player; its download where the browser can't play it. */
export function MediaContent({ item, kind }: { item: Item; kind: 'video' | 'audio' }) {
  const t = useT()
  const [refused, setRefused] = useState(false)
  if (refused) return <Unshowable item={item} why={t('viewer_cannot_play')} />
  const player = {
    src: contentUrl(item.id),
    controls: true,
    preload: 'metadata',
    'aria-label': item.name,
    onError: () => setRefused(true),
  } as const
  if (kind === 'audio') {
    return (
      <div className={css.card}>
        {item.preview === 'ready' ? (
          <span className={css.cover}>
            <ItemThumb item={item} size="fill" />
          </span>
        ) : (
          <span className={css.well}>
            <Icon of={fileIcon(item.type ?? '')} size={40} />
          </span>
        )}
        <p className={css.name}>{item.name}</p>
        <audio {...player} className={css.audio} />
      </div>
    )
  }
  const { picture } = item
  return (
    <div className={css.player}>
      <video
        {...player}
        playsInline
        className={css.video}
        {...(picture && {
          poster: previewUrl(item.id, 'thumb'),
          style: { '--width': picture.width, '--height': picture.height } as React.CSSProperties,
        })}
        onLoadedMetadata={({ currentTarget }) => {
          // Its sound alone is understood.
          if (currentTarget.videoWidth === 0) setRefused(true)
        }}
      />
    </div>
  )
}
