import type { Item } from '../../../core/api/shapes.ts'
import { t } from '../../i18n.ts'

/** The question of a dialog that moves them. */
export function movingTitle(items: readonly Item[]): string {
  const [first] = items
  return items.length === 1 && first
    ? t('files_move_title_named', { name: first.name })
    : t('files_move_title', { count: items.length })
}
