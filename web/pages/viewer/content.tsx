import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { hasPreview, kindOf } from '../../../core/kinds.ts'
import { useT } from '../../i18n.ts'
import { cx } from '../../parts/class-names.ts'
import { heldBy } from '../../parts/held.ts'
import { late } from '../../parts/late.tsx'
import css from './content.module.css'
import { HeldBack } from './held-back.tsx'
import { ImageContent } from './image-content.tsx'
import { MediaContent } from './media-content.tsx'
import type { Progress } from './pdf-content.tsx'
import { TextContent } from './text-content.tsx'
import { Unshowable } from './unshowable.tsx'
import { Loading, PagesWaiting } from './waiting.tsx'

const PdfContent = late(() => import('./pdf-content.tsx').then((module) => module.PdfContent))

/** How files are called that are shown here; text apart, of which not every encoding is known by its bytes. */
const SHOWN =
  /\.(jpe?g|png|gif|webp|avif|hei[cf]|tiff?|pdf|(doc|xls|ppt)x|od[tsp]|mp[34]|m4[av]|mov|webm|og[agv]|aac|flac|wav)$/i

/** What is in a file, shown as its kind allows. Give it the file's id as `key`. */
export function Content({ item }: { item: Item }) {
  const t = useT()
  const type = item.type ?? ''
  const kind = kindOf(type)
  const held = heldBy(item)
  if (held) return <HeldBack item={item} by={held} />
  if (kind === 'image' && hasPreview(type)) {
    return (
      <div className={cx(css.image, mayBeClear(item) && css.clear)}>
        <ImageContent item={item} />
      </div>
    )
  }
  if (kind === 'office' && item.preview === 'failed')
    return <Unshowable item={item} why={t('error_no_preview')} />
  if (kind === 'pdf' || (kind === 'office' && item.preview !== 'none')) return <Pages item={item} />
  if (kind === 'video' || kind === 'audio') return <MediaContent item={item} kind={kind} />
  if (kind === 'text') return <TextContent item={item} />
  const damaged = type === 'application/octet-stream' && SHOWN.test(item.name)
  return <Unshowable item={item} why={t(damaged ? 'viewer_broken' : 'viewer_no_preview')} />
}

/** Whether what is behind a picture may be seen through it: the third byte of its ThumbHash begins with that. */
function mayBeClear({ picture }: Item): boolean {
  return !picture || atob(picture.hash).charCodeAt(2) >= 0x80
}

/** What is waited for is said here, without a break while the program comes, and then the file. */
function Pages({ item }: { item: Item }) {
  const [progress, setProgress] = useState<Progress>('opening')
  return (
    <>
      <PdfContent item={item} onProgress={setProgress} />
      {progress === 'opening' && <PagesWaiting item={item} />}
      {progress !== 'done' && <Loading />}
    </>
  )
}
