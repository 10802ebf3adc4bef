import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { type ListQuery, listItems } from '../server/files/listing.ts'
import { gatherCrowd } from '../test/files/crowd.ts'
import { compare, type Ratio, type Workload } from './workload.ts'

const PAGE = 100

/** A page of a hundred, among few and among many, for every kind of viewer of a space with fifty stakeholders. */
export const listing: Workload = {
  about: 'a page of 100 rows among many items, against the same among few',
  async run({ database: { db }, items }) {
    const crowd = await gatherCrowd(db)
    const { record, group } = crowd
    // Of `shown` a client sees a hundred, of `inTurn` about half.
    const shown = { few: await crowd.fill(record, PAGE, { shown: PAGE }), many: '' }
    const ofGroup = { few: await crowd.fill(group, PAGE, { shown: PAGE }), many: '' }
    const inTurn = { few: await crowd.fill(record, 10 * PAGE), many: '' }
    shown.many = await crowd.fill(record, items, { shown: PAGE })
    ofGroup.many = await crowd.fill(group, items, { shown: PAGE })
    inTurn.many = await crowd.fill(record, items)
    await sql`vacuum analyze`.execute(db)

    const ratios: Ratio[] = []
    type Kind = keyof typeof crowd.viewers
    async function measure(
      kind: Kind,
      what: string,
      folders: { few: string; many: string },
      [sort, order]: [ListQuery['sort'], ListQuery['order']],
      most?: number,
    ) {
      const { actor, spaceId } = crowd.viewers[kind]
      const page = (folderId: string) => async () => {
        const listed = await listItems(db, actor, { spaceId, folderId, scope: 'tree', sort, order })
        assert.equal(listed.items.length, PAGE)
      }
      const times = await compare(page(folders.few), page(folders.many))
      ratios.push({ what: `${kind}, ${what}, by ${sort}`, ...times, ...(most !== undefined && { most }) })
    }

    const hidden = `${PAGE} shown of ${items} (of ${PAGE})`
    // Clients have indexes of their own; an onlooker reads over all that is hidden.
    for (const [kind, folders, most] of [
      ['client', shown, 1.5],
      ['group member', ofGroup, 1.5],
      ['onlooker', shown, undefined],
    ] as const) {
      await measure(kind, hidden, folders, ['name', 'asc'], most)
      await measure(kind, hidden, folders, ['added', 'desc'], most)
      await measure(kind, hidden, folders, ['size', 'desc'], most)
    }
    const turns = `levels in turn, ${items} (${10 * PAGE})`
    for (const kind of Object.keys(crowd.viewers) as Kind[])
      if (kind !== 'group member')
        await measure(kind, turns, inTurn, ['name', 'asc'], kind === 'client' ? 1.5 : undefined)
    return ratios
  },
}
