import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { connect } from '../server/db/open.ts'
import { findItems } from '../server/files/listing.ts'
import { createLog } from '../server/log.ts'
import type { Ended } from '../test/access.ended.ts'
import { type Kind, mayTakeOver, readCells, TABLES } from '../test/access.table.ts'

/** Whether this tree's rule answers each cell of the access table right, asked without HTTP: for mutants, in a second. */
type Asked = {
  connectionString: string
  people: {
    who: string
    profile: string | null
    actor: Parameters<typeof findItems>[1]
    things: Record<string, string>
  }[]
  ended: Ended[]
}

const { connectionString, people, ended } = JSON.parse(await text(process.stdin)) as Asked
const { db, close } = connect(connectionString, 4, createLog('error'))
const cells = (Object.keys(TABLES) as Kind[]).flatMap((kind) =>
  readCells(TABLES[kind]).map((cell) => ({ ...cell, kind })),
)

for (const { who, profile, actor, things } of people) {
  const found = await findItems(db, actor, Object.values(things))
  const seen = new Map(found.map((item) => [item.id, item]))
  // Who is in reach in two ways still has each item once.
  if (seen.size < found.length) process.exit(1)
  for (const cell of cells.filter((one) => one.who === who && one.profile === profile)) {
    const { kind, column, word } = cell
    const item = seen.get(things[`cell ${kind}: ${column}`] ?? '')
    const own = word === 'own' || word === 'keep'
    const right = {
      modify: own,
      delete: word === 'own',
      addInside: item?.kind === 'folder' && word !== 'see',
      takeOver: mayTakeOver(cell),
    }
    if (!isDeepStrictEqual(item?.can, word === '–' ? undefined : right)) process.exit(1)
  }
}
for (const { actor, itemId, seen, can } of ended) {
  const found = await findItems(db, actor, [itemId])
  if (found.length !== (seen ? 1 : 0)) process.exit(1)
  if (!isDeepStrictEqual({ ...found[0]?.can, ...can }, { ...found[0]?.can })) process.exit(1)
}
await close()
