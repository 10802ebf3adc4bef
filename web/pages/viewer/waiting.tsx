import { useEffect, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { previewUrl } from '../../bytes.ts'
import { useT } from '../../i18n.ts'
import { Placeholder } from '../../parts/placeholder.tsx'
import css from './content.module.css'

/** Of what comes sooner, nothing is said. */
const LATE_MS = 1000

/** A sheet in the middle of the stage while something is on its way. */
export function Waiting() {
  return (
    <>
      <Sheet />
      <Loading />
    </>
  )
}

function Sheet() {
  return (
    <div aria-hidden="true" className={css.waiting}>
      <i />
    </div>
  )
}

/** The first page of a file where it is going to stand, or as a sheet while nothing is known of it. */
export function PagesWaiting({ item }: { item: Item }) {
  const { picture } = item
  if (!picture) return <Sheet />
  const size = { '--page-width': picture.width, aspectRatio: picture.width / picture.height }
  return (
    <div aria-hidden="true" className={css.ahead}>
      <div style={size as React.CSSProperties}>
        <Placeholder hash={picture.hash} />
        <FirstPage item={item} />
      </div>
    </div>
  )
}

/** The thumbnail over all its place; nothing where there is none. */
export function FirstPage({ item }: { item: Item }) {
  return item.picture && <img src={previewUrl(item.id, 'thumb')} alt="" className={css.small} />
}

export function Loading() {
  const t = useT()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className={css.loading}>
      {late && <p>{t('loading')}</p>}
    </div>
  )
}
