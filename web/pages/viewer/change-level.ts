import type { Item } from '../../../core/api/shapes.ts'
import { includesClient, type Level } from '../../../core/visibility.ts'
import { api, queries } from '../../api.ts'
import { toastError } from '../../parts/toasts.tsx'
import { changeLevel } from '../files/changes.ts'

/** Changes who sees the opened file: shown at once, taken back if it is refused. */
export async function changeOpenedLevel(item: Item, level: Level): Promise<void> {
  const key = api.files.readItem.queryKey({ input: { itemId: item.id } })
  await queries.cancelQueries({ queryKey: key })
  queries.setQueryData(key, { ...item, level, clientSees: includesClient(level) })
  try {
    await changeLevel([item], level)
  } catch (error) {
    queries.setQueryData(key, item)
    toastError(error)
    // What it met may have changed other things too.
    void queries.invalidateQueries({ queryKey: api.files.key() })
  }
}
