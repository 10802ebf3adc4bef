import type { ReactElement, ReactNode } from 'react'
import { Dialog, DialogTrigger, Popover as Overlay, Pressable } from 'react-aria-components/Popover'
import { cx } from './class-names.ts'
import menu from './menu.module.css'
import css from './popover.module.css'

/** A small panel beside a button, for a choice that does not deserve a dialog; a sheet on phones. */
export function Popover({
  trigger,
  label,
  placement = 'bottom start',
  children,
}: {
  /** The `Button` or `IconButton` that opens it. */
  trigger: ReactElement<React.DOMAttributes<Element>, string>
  label: string
  placement?: 'bottom start' | 'bottom end' | 'top start' | 'top end'
  children: ReactNode | ((close: () => void) => ReactNode)
}) {
  return (
    <DialogTrigger>
      <Pressable>{trigger}</Pressable>
      <Overlay placement={placement} offset={8} className={cx(menu.popover, css.wide)}>
        <Dialog aria-label={label} className={css.panel ?? ''}>
          {({ close }) => (typeof children === 'function' ? children(close) : children)}
        </Dialog>
      </Overlay>
    </DialogTrigger>
  )
}
