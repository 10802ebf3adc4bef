import type { ReactNode } from 'react'
import css from './chip.module.css'
import { cx } from './class-names.ts'

/** A short word about something, such as "New" (in the accent) or "Invited". */
export function Chip({ accent = false, children }: { accent?: boolean; children: ReactNode }) {
  return <span className={cx(css.chip, accent && css.accent)}>{children}</span>
}
