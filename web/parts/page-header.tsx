import type { ReactNode } from 'react'
import { Avatar } from './avatar.tsx'
import { useTitle } from './main.tsx'
import css from './page-header.module.css'

/** The title of a page: whom or what it is about, and what can be done there. Also names the browser's tab. */
export function PageHeader({
  title,
  avatar = false,
  detail,
  actions,
}: {
  title: string
  /** Initials of the title before it, for a person. */
  avatar?: boolean
  /** A second, quieter line. */
  detail?: ReactNode
  /** Buttons at the end. */
  actions?: ReactNode
}) {
  useTitle(title)
  return (
    <header className={css.header}>
      {avatar && <Avatar name={title} size="large" />}
      <div className={css.words}>
        <h1>{title}</h1>
        {detail && <p>{detail}</p>}
      </div>
      {actions && <div className={css.actions}>{actions}</div>}
    </header>
  )
}
