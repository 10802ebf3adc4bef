import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import css from './tabs.module.css'

/** The parts of a page, each with an address of its own. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string
  tabs: readonly { href: string; label: string }[]
  /** The `href` of the one shown. */
  current: string
}) {
  const list = useRef<HTMLUListElement>(null)
  // On a phone there may be more than fit beside each other. The page itself stays where it is.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[href="${current}"]`)
    const row = list.current?.parentElement
    if (!tab || !row) return
    const [shown, whole] = [tab.getBoundingClientRect(), row.getBoundingClientRect()]
    if (shown.right > whole.right) row.scrollLeft += shown.right - whole.right
    else if (shown.left < whole.left) row.scrollLeft -= whole.left - shown.left
  }, [current])
  return (
    <nav aria-label={label} className={css.tabs}>
      <ul ref={list}>
        {tabs.map((tab) => (
          <li key={tab.href}>
            <Link href={tab.href} aria-current={tab.href === current ? 'page' : undefined}>
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
