import type { ReactNode } from 'react'
import css from './floating-action.module.css'

/** Holds a phone page's main button over its lower right corner; toasts stand above it. */
export function FloatingAction({ children }: { children: ReactNode }) {
  return <div className={css.floating}>{children}</div>
}
