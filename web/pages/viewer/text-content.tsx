import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { errorSentence, request } from '../../api.ts'
import { contentUrl } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import css from './content.module.css'
import { Scroller } from './scroller.tsx'
import { Unshowable } from './unshowable.tsx'
import { Waiting } from './waiting.tsx'

/** A long log would freeze a phone. */
const MOST = 512_000

/** The beginning of a text, which for nearly all is the whole. */
export function TextContent({ item }: { item: Item }) {
  const t = useT()
  const format = useFormat()
  const scroller = useRef<HTMLElement>(null)
  const { data, error, refetch } = useQuery({
    queryKey: ['text', item.id],
    queryFn: ({ signal }) => readText(item.id, signal),
    // Bytes never change; they are let go with the layer.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (error) return <Unshowable item={item} why={errorSentence(error)} onRetry={() => void refetch()} />
  if (data === undefined) return <Waiting />
  return (
    <Scroller view={scroller} name={item.name} className={css.text}>
      <div className={css.sheet}>
        <pre>{data}</pre>
        {(item.size ?? 0) > MOST && (
          <p className={css.part}>{t('viewer_text_part', { size: format.size(MOST) })}</p>
        )}
      </div>
    </Scroller>
  )
}

async function readText(itemId: string, signal: AbortSignal): Promise<string> {
  const response = await request(contentUrl(itemId), {
    headers: { Range: `bytes=0-${MOST - 1}` },
    signal,
  })
  const bytes = (await response.arrayBuffer()).slice(0, MOST)
  try {
    // A letter cut in two at the end is no error.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
