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
  // On a phone there may be more than fit beside each other.
  useEffect(() => {
    list.current
      ?.querySelector(`[href="${current}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
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
