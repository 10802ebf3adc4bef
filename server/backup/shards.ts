import { StartError } from '../start-error.ts'

/** The folders that blobs are spread over, by the first byte of their names. */
export const SHARDS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Takes several lists of blobs, each sorted by name, a shard of all of them at a time: however many there are, no list
 * is ever whole in memory.
 */
export async function* byShard<Entry extends { name: string }>(
  lists: readonly AsyncIterable<Entry>[],
): AsyncGenerator<{ shard: string; lists: Entry[][] }> {
  const cursors = lists.map(createCursor)
  try {
    for (const shard of SHARDS) {
      const taken = []
      for (const cursor of cursors) taken.push(await cursor.take(shard))
      yield { shard, lists: taken }
    }
    for (const cursor of cursors) await cursor.expectEnd()
  } finally {
    for (const cursor of cursors) await cursor.close()
  }
}

function createCursor<Entry extends { name: string }>(list: AsyncIterable<Entry>) {
  const source = list[Symbol.asyncIterator]()
  let next: IteratorResult<Entry> | undefined
  return {
    async take(shard: string): Promise<Entry[]> {
      const taken = []
      while (true) {
        next ??= await source.next()
        if (next.done || next.value.name.slice(0, 2) !== shard) return taken
        taken.push(next.value)
        next = undefined
      }
    },
    async expectEnd(): Promise<void> {
      next ??= await source.next()
      if (!next.done) throw new StartError(`a list of blobs is not in order at ${next.value.name}`)
    },
    close: async () => source.return?.(),
  }
}

/** Does something to each, some at a time. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const run = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
}
