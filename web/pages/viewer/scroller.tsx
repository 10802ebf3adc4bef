import type { ComponentPropsWithoutRef, RefObject } from 'react'
import { useScrollKeys } from './scroll-keys.ts'

/** What is larger than the stage, moved about in it: by fingers, the wheel, and keys from anywhere in the viewer. */
export function Scroller({
  view,
  name,
  ...rest
}: Omit<ComponentPropsWithoutRef<'section'>, 'tabIndex' | 'aria-label'> & {
  view: RefObject<HTMLElement | null>
  /** Of the file. */
  name: string
}) {
  useScrollKeys(view)
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, keys could not scroll it
  return <section {...rest} ref={view} aria-label={name} tabIndex={0} />
}
