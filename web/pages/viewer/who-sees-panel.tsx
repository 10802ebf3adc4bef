import { Eye } from 'lucide-react'
import type { Item, Reach } from '../../../core/api/shapes.ts'
import { type MessageKey, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { cx } from '../../parts/class-names.ts'
import { Icon } from '../../parts/icon.tsx'
import { ClientSight } from '../files/client-sight.tsx'
import css from './panel.module.css'
import { Panel } from './panel.tsx'

/** Everybody who sees a file now, by name. */
export function WhoSeesPanel({
  item,
  reach,
  me,
  space,
  onClose,
}: {
  item: Item
  reach: Reach
  /** The caller's own name. */
  me: string
  space: 'client' | 'group'
  onClose: () => void
}) {
  const t = useT()
  const parts: { title: MessageKey; names: string[]; client?: boolean }[] = [
    { title: 'viewer_seen_you', names: reach.you ? [me] : [] },
    { title: 'viewer_seen_colleagues', names: reach.colleagues },
    { title: 'viewer_seen_externals', names: reach.externals },
    {
      title: space === 'group' ? 'viewer_seen_members' : 'viewer_seen_client',
      names: reach.clients,
      client: true,
    },
  ]
  return (
    <Panel title={t('viewer_who_sees')} side="right" onClose={onClose}>
      <div className={css.people}>
        {parts
          .filter(({ names }) => names.length > 0)
          .map(({ title, names, client }) => (
            <section key={title}>
              <h3>{t(title)}</h3>
              <ul>
                {names.map((name, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two people may have one name
                  <li key={`${index} ${name}`} className={cx(client && css.client)}>
                    <Avatar name={name} size="small" />
                    {name}
                    {client && <Icon of={Eye} size={16} />}
                  </li>
                ))}
              </ul>
            </section>
          ))}
      </div>
      <section className={css.sight}>
        <h3>{t(space === 'group' ? 'client_sight_ask_group' : 'client_sight_ask')}</h3>
        <ClientSight item={item} space={space} />
      </section>
    </Panel>
  )
}
