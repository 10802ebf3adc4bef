import { type RefObject, useEffect, useRef, useState } from 'react'
import { onOnline } from './online.ts'

/** A connection fewer than browsers open to one server: whatever else is asked for must not wait behind pictures. */
const AT_ONCE = 5
const NEAR = '200px 0px'

const waiting = new Set<() => void>()
let coming = 0

/** Calls `start` when it is its turn. Returns how to end that turn, or to leave the line before. */
function takeTurn(start: () => void): () => void {
  let started = false
  let over = false
  const begin = () => {
    started = true
    coming++
    start()
  }
  waiting.add(begin)
  advance()
  return () => {
    if (over) return
    over = true
    waiting.delete(begin)
    if (started) coming--
    advance()
  }
}

function advance(): void {
  for (const begin of waiting) {
    if (coming >= AT_ONCE) return
    waiting.delete(begin)
    begin()
  }
}

const watched = new Map<Element, (near: boolean) => void>()
let watcher: IntersectionObserver | undefined

function watch(element: Element, tell: (near: boolean) => void): () => void {
  watcher ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) watched.get(target)?.(isIntersecting)
    },
    { rootMargin: NEAR },
  )
  watched.set(element, tell)
  watcher.observe(element)
  return () => {
    watched.delete(element)
    watcher?.unobserve(element)
  }
}

/**
 * Has a picture fetched once its place is in sight, a few at a time; one that is scrolled away before it came is let
 * go, and asked for anew when it comes back. Another `attempt` asks again for what had failed, and so does a network that
 * has come back.
 */
export function useThumb(place: RefObject<Element | null>, url: string | undefined, attempt: string) {
  const [state, setState] = useState<'away' | 'coming' | 'here' | 'broken'>('away')
  const settled = useRef(false)
  const endTurn = useRef(() => {})
  const missing = state === 'coming' || state === 'broken'
  const [returns, setReturns] = useState(0)

  useEffect(() => (missing ? onOnline(() => setReturns((before) => before + 1)) : undefined), [missing])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew
  useEffect(() => {
    if (!url || !place.current) return
    setState((before) => {
      settled.current = before === 'here'
      return settled.current ? before : 'away'
    })
    const unwatch = watch(place.current, (near) => {
      endTurn.current()
      if (settled.current) return
      if (near) endTurn.current = takeTurn(() => setState('coming'))
      else setState('away')
    })
    return () => {
      unwatch()
      endTurn.current()
    }
  }, [place, url, attempt, returns])

  function settle(as: 'here' | 'broken'): void {
    settled.current = true
    endTurn.current()
    setState(as)
  }

  return {
    src: state === 'coming' || state === 'here' ? url : undefined,
    here: state === 'here',
    onLoad: () => settle('here'),
    onError: () => settle('broken'),
  }
}

/** For an image's `ref`: a browser goes on fetching for an image that has left the page, unless told. */
export function letGo(image: HTMLImageElement): () => void {
  return () => image.removeAttribute('src')
}
