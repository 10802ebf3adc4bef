import type { Item } from '../../../core/api/shapes.ts'
import { includesClient, type Level } from '../../../core/visibility.ts'
import { api, errorSentence, queries } from '../../api.ts'
import { t } from '../../i18n.ts'
import { LEVEL_NAMES } from '../../parts/level-badge.tsx'
import { toast } from '../../parts/toasts.tsx'

/** Changes who sees a file: shown at once, taken back if it is refused. */
export async function changeLevel(item: Item, level: Level): Promise<void> {
  const key = api.files.readItem.queryKey({ input: { itemId: item.id } })
  await queries.cancelQueries({ queryKey: key })
  queries.setQueryData(key, { ...item, level, clientSees: includesClient(level) })
  try {
    const [changed] = await api.files.changeLevel.call({ ids: [item.id], level })
    if (changed) queries.setQueryData(key, changed)
    toast({ text: t('viewer_level_changed', { name: item.name, level: t(LEVEL_NAMES[level]) }) })
  } catch (error) {
    queries.setQueryData(key, item)
    toast({ tone: 'error', text: errorSentence(error) })
  }
  // Lists show it too, and folders may have appeared or vanished for the client.
  await queries.invalidateQueries({ queryKey: api.files.key() })
}
