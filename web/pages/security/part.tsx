import { type ReactNode, useId } from 'react'
import css from './security.module.css'

/** One way to sign in, on a card: what it is, what one may do about it. */
export function Part({
  title,
  on = false,
  about,
  action,
  children,
}: {
  title: string
  /** Says so beside the title. */
  on?: string | false
  about: string
  action?: ReactNode
  children?: ReactNode
}) {
  const id = useId()
  return (
    <section className={css.part} aria-labelledby={id}>
      <div className={css.head}>
        <div className={css.about}>
          <div className={css.title}>
            <h2 id={id}>{title}</h2>
            {on && <span className={css.on}>{on}</span>}
          </div>
          <p>{about}</p>
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}
