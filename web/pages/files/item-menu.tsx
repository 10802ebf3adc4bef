import {
  CircleHelp,
  Download,
  Ellipsis,
  Eye,
  FileUser,
  FolderInput,
  FolderOpen,
  Maximize2,
  PenLine,
  SquareCheck,
  Trash2,
} from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { useT } from '../../i18n.ts'
import { IconButton } from '../../parts/button.tsx'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { abilitiesOf } from './abilities.ts'
import type { ItemActions } from './item-actions.tsx'

/** What one may do with an item; what one may not is not there. */
export function ItemMenu({
  item,
  space,
  actions,
  offerSelect,
  tabIndex,
  className,
}: {
  item: Item
  space: 'client' | 'group'
  actions: ItemActions
  /** For fingers: with a mouse and a keyboard there are quicker ways. */
  offerSelect: boolean
  tabIndex: number
  className?: string | undefined
}) {
  const t = useT()
  const can = abilitiesOf([item])
  return (
    <Menu
      label={t('files_actions_of', { name: item.name })}
      trigger={
        <IconButton
          icon={Ellipsis}
          label={t('files_actions_of', { name: item.name })}
          tabIndex={tabIndex}
          className={className}
          data-menu=""
        />
      }
    >
      <MenuItem icon={item.kind === 'folder' ? FolderOpen : Maximize2} onAction={() => actions.open(item)}>
        {t('files_open')}
      </MenuItem>
      {offerSelect && (
        <MenuItem icon={SquareCheck} onAction={() => actions.select(item)}>
          {t('files_select_item')}
        </MenuItem>
      )}
      {can.download && (
        <MenuItem icon={Download} onAction={() => actions.download([item])}>
          {t('files_download')}
        </MenuItem>
      )}
      {can.rename && (
        <MenuItem icon={PenLine} onAction={() => actions.rename(item)}>
          {t('files_rename')}
        </MenuItem>
      )}
      {can.move && (
        <MenuItem icon={FolderInput} onAction={() => actions.move([item])}>
          {t('files_move')}
        </MenuItem>
      )}
      {can.changeLevel && (
        <MenuItem icon={Eye} onAction={() => actions.changeLevel([item])}>
          {t('files_change_level')}
        </MenuItem>
      )}
      {item.can.takeOver && (
        <MenuItem icon={FileUser} onAction={() => actions.takeOver(item)}>
          {t('files_take_over')}
        </MenuItem>
      )}
      <MenuItem icon={CircleHelp} onAction={() => actions.clientSight(item)}>
        {t(space === 'group' ? 'client_sight_ask_group' : 'client_sight_ask')}
      </MenuItem>
      {can.delete && (
        <MenuItem icon={Trash2} danger onAction={() => actions.delete([item])}>
          {t('files_delete')}
        </MenuItem>
      )}
    </Menu>
  )
}
