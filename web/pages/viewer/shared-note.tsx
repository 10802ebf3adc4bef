import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import css from './shared-note.module.css'

/** Under a file, for a client: who shared it and when or, of one's own, which professionals see it. */
export function SharedNote({ item: { owner, addedAt, audience } }: { item: Item }) {
  const t = useT()
  const date = useFormat().date(addedAt)
  // A client sees no other clients' files.
  if (owner?.kind === 'client') {
    return <p className={css.note}>{t(audience === 'chosen' ? 'viewer_yours_chosen' : 'viewer_yours_all')}</p>
  }
  return (
    <p className={css.note}>
      {owner ? t('viewer_shared_by', { name: nameOf(owner.name), date }) : t('viewer_shared_on', { date })}
    </p>
  )
}
