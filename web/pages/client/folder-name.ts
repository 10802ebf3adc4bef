import type { InfiniteData } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'

/** The name of a folder that some list has shown already: its page has a title before it has rows. */
export function nameOfFolder(folderId: string): string | undefined {
  const lists = queries.getQueriesData<InfiniteData<{ items: Item[] }>>({
    queryKey: api.files.listItems.key({ type: 'infinite' }),
  })
  for (const [, list] of lists) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find(({ id }) => id === folderId)
      if (found) return found.name
    }
  }
}
