import { Check, type LucideIcon } from 'lucide-react'
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import {
  Header,
  MenuItem as Item,
  type Key,
  Menu as List,
  MenuTrigger,
  Popover,
  Pressable,
  MenuSection as Section,
} from 'react-aria-components/Menu'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import css from './menu.module.css'

type Placement = 'bottom start' | 'bottom end' | 'top start' | 'top end'

const ActionContext = createContext<(action: () => void) => void>((action) => action())

/** How a press ends; not every browser says so where one drags or is shown a menu of its own. */
const ENDS = ['pointerup', 'pointercancel', 'dragstart', 'contextmenu', 'keydown', 'blur'] as const

let isPressed = false
const note = ({ type, target }: Event) => {
  // A press takes the focus from what had it: only the window's loss of it is an end.
  if (type !== 'blur' || target === window) isPressed = type === 'pointerdown'
}
for (const type of ['pointerdown', ...ENDS]) addEventListener(type, note, { capture: true })

function whenLetGo(run: () => void): void {
  const over = new AbortController()
  for (const end of ENDS)
    addEventListener(
      end,
      () => {
        over.abort()
        if (end === 'pointerup') run()
      },
      { signal: over.signal },
    )
}

/** Opens once the pointer is let go: a sheet may come to lie under it, where the same press would choose something. */
function useOpening() {
  const [isOpen, setOpen] = useState(false)
  function onOpenChange(wanted: boolean): void {
    if (wanted && isPressed) whenLetGo(() => setOpen(true))
    else setOpen(wanted)
  }
  return { isOpen, onOpenChange }
}

/** Calls back when it has gone from the page. */
function WhenGone({ run }: { run: () => void }) {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => () => latest.current(), [])
  return null
}

/** Actions under a button: arrows, first letters and Escape work; a sheet from the bottom on phones. */
export function Menu({
  trigger,
  label,
  head,
  placement = 'bottom end',
  children,
}: {
  /** The `Button` or `IconButton` that opens it. */
  trigger: ReactElement<React.DOMAttributes<Element>, string>
  label: string
  /** Something to read above the actions, such as whose account it is. */
  head?: ReactNode
  placement?: Placement
  /** `MenuItem`s and `MenuSection`s. */
  children: ReactNode
}) {
  const chosen = useRef<(() => void) | null>(null)
  // The focus is back on the button first, so that a dialog opened by the action can return it there.
  const act = () => {
    if (chosen.current) requestAnimationFrame(chosen.current)
    chosen.current = null
  }
  const choose = (action: () => void) => {
    chosen.current = action
  }
  return (
    <MenuTrigger {...useOpening()}>
      <Pressable>{trigger}</Pressable>
      <Popover placement={placement} offset={6} className={css.popover ?? ''}>
        {head && <div className={css.head}>{head}</div>}
        <ActionContext value={choose}>
          <List aria-label={label} className={css.list ?? ''}>
            {children}
          </List>
        </ActionContext>
        <WhenGone run={act} />
      </Popover>
    </MenuTrigger>
  )
}

interface MenuItemProps {
  icon?: LucideIcon
  /** A second line. */
  detail?: string
  danger?: boolean
  onAction?: () => void
  /** Names it within a `MenuSection` with `selected`. */
  id?: string
  children: string
}

export function MenuItem({ icon, detail, danger = false, onAction, id, children }: MenuItemProps) {
  const choose = useContext(ActionContext)
  return (
    <Item
      {...(id !== undefined && { id })}
      {...(onAction && { onAction: () => choose(onAction) })}
      textValue={children}
      className={cx(css.item, danger && css.danger)}
    >
      {({ isSelected, selectionMode }) => (
        <>
          {icon && <Icon of={icon} className={css.icon} />}
          <span className={css.words}>
            {children}
            {detail && <span className={css.detail}>{detail}</span>}
          </span>
          {selectionMode !== 'none' && isSelected && <Icon of={Check} size={16} className={css.check} />}
        </>
      )}
    </Item>
  )
}

/** Items under a title; with `selected`, a choice of one among them that leaves the menu open. */
export function MenuSection({
  title,
  selected,
  onSelect,
  children,
}: {
  title?: string
  selected?: string
  onSelect?: (id: string) => void
  children: ReactNode
}) {
  const choice = selected !== undefined && {
    selectionMode: 'single' as const,
    disallowEmptySelection: true,
    selectedKeys: [selected],
    shouldCloseOnSelect: false,
    onSelectionChange: (keys: 'all' | Set<Key>) => {
      if (keys !== 'all') for (const key of keys) onSelect?.(String(key))
    },
  }
  return (
    <Section className={css.section ?? ''} {...choice}>
      {title && <Header className={css.title}>{title}</Header>}
      {children}
    </Section>
  )
}
