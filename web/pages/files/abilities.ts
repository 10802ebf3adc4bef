import type { Item } from '../../../core/api/shapes.ts'
import { ZIP_ITEMS } from '../../bytes.ts'

export interface Abilities {
  download: boolean
  rename: boolean
  move: boolean
  changeLevel: boolean
  delete: boolean
}

/** What may be done with all of the items at once, as the server says of each. */
export function abilitiesOf(items: readonly Item[]): Abilities {
  const some = items.length > 0
  const modify = some && items.every(({ can }) => can.modify)
  return {
    download: some && items.length <= ZIP_ITEMS && items.every(({ can }) => can.download),
    rename: modify && items.length === 1,
    move: modify,
    // Folders have no level, and what a client made has none that a professional could change.
    changeLevel: modify && items.every(({ level }) => level !== null),
    delete: some && items.every(({ can }) => can.delete),
  }
}

/** Those that may be changed and deleted, where the others among them keep that from being offered. */
export function changeableOf(items: readonly Item[]): readonly Item[] {
  const changeable = items.filter(({ can }) => can.modify && can.delete)
  return changeable.length < items.length ? changeable : []
}
