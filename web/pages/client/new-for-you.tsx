import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { ItemThumb } from '../../parts/item-thumb.tsx'
import css from './new-for-you.module.css'

const DAYS = 30
const MOST = 10

/** The newest files of others, wherever they lie. */
export const newForYou = api.files.listItems.queryOptions({
  input: { scope: 'flat', sort: 'added', order: 'desc' },
  select: ({ items }) => {
    const since = Date.now() - DAYS * 86_400_000
    return items
      .filter(
        ({ owner, addedAt, scan, damaged }) =>
          !owner?.you && !scan && !damaged && Date.parse(addedAt) > since,
      )
      .slice(0, MOST)
  },
})

export function NewForYou({ items, onOpen }: { items: readonly Item[]; onOpen: (item: Item) => void }) {
  const t = useT()
  const format = useFormat()
  return (
    <section aria-labelledby="new-for-you" className={css.new}>
      <h2 id="new-for-you">{t('client_new')}</h2>
      <ul className={css.cards}>
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" data-id={item.id} className={css.card} onClick={() => onOpen(item)}>
              <span className={css.picture}>
                <ItemThumb item={item} size="fill" />
              </span>
              <span className={css.name}>{item.name}</span>
              {item.owner && (
                <span className={css.detail}>{t('client_new_from', { name: nameOf(item.owner.name) })}</span>
              )}
              <span className={css.detail}>{format.date(item.addedAt)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
