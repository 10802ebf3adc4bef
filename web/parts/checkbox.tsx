import { type ComponentPropsWithRef, type ReactNode, useEffect, useId, useRef } from 'react'
import css from './field.module.css'

/** A box to tick with its words beside it. Without `children`, give an `aria-label`. */
export function Checkbox({
  indeterminate = false,
  children,
  ...rest
}: Omit<ComponentPropsWithRef<'input'>, 'type' | 'ref' | 'className'> & {
  /** Some but not all of what it stands for. */
  indeterminate?: boolean
  children?: ReactNode
}) {
  const id = useId()
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = indeterminate
  }, [indeterminate])
  const input = <input id={id} {...rest} ref={box} type="checkbox" className={css.box} />
  if (children === undefined) return input
  return (
    <label htmlFor={rest.id ?? id} className={css.checkbox}>
      {input}
      <span>{children}</span>
    </label>
  )
}
