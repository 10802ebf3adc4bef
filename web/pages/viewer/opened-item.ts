import { useSearchParams } from 'wouter'

const OURS = { opensItem: true }

/**
 * The item opened over a list, as the address says: `?item=<id>`, with `level=1` to choose its visibility at once.
 * Opening is a step in the history, so that the way back closes; stepping to another item is not.
 */
export function useOpenedItem() {
  const [search, setSearch] = useSearchParams()
  const write = (
    change: (search: URLSearchParams) => void,
    options: { replace?: boolean; state?: unknown },
  ) =>
    setSearch((before) => {
      const after = new URLSearchParams(before)
      change(after)
      return after
    }, options)
  const put = (itemId: string, options: { replace?: boolean; state?: unknown }, level = false) =>
    write((after) => {
      after.set('item', itemId)
      after.delete('level')
      if (level) after.set('level', '1')
    }, options)
  return {
    itemId: search.get('item'),
    open: (itemId: string, { level = false } = {}) => put(itemId, { state: OURS }, level),
    step: (itemId: string) => put(itemId, { replace: true, state: history.state }),
    close() {
      if (history.state?.opensItem) return history.back()
      // Come here by a link: there is no list of ours behind.
      write(
        (after) => {
          after.delete('item')
          after.delete('level')
        },
        { replace: true },
      )
    },
  }
}
