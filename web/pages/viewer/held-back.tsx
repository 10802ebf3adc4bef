import { Download } from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { download } from '../../bytes.ts'
import { type MessageKey, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { cx } from '../../parts/class-names.ts'
import type { HeldBy } from '../../parts/held.ts'
import { Icon } from '../../parts/icon.tsx'
import { SCAN_ICONS } from '../../parts/scan-badge.tsx'
import css from './content.module.css'

const WHY = {
  waiting: { own: 'viewer_waiting_own', others: 'viewer_waiting' },
  unscannable: { own: 'viewer_unscannable_own', others: 'viewer_unscannable' },
  infected: { own: 'viewer_infected_own', others: 'viewer_infected' },
  damaged: { own: 'viewer_damaged_own', others: 'viewer_damaged' },
} as const satisfies Record<HeldBy, Record<'own' | 'others', MessageKey>>

/** A file that isn't shown: why and, where one may, its download. */
export function HeldBack({ item, by }: { item: Item; by: HeldBy }) {
  const t = useT()
  const lost = by === 'infected' || by === 'damaged'
  const own = lost ? item.owner?.you : item.can.download
  return (
    <div className={css.card}>
      <span className={cx(css.well, lost && css.danger)}>
        <Icon of={SCAN_ICONS[by]} size={40} />
      </span>
      <p className={css.name}>{item.name}</p>
      <p role="status">{t(WHY[by][own ? 'own' : 'others'])}</p>
      {item.can.download && (
        <div className={css.buttons}>
          <Button look="primary" icon={Download} onClick={() => download(item.id)}>
            {t('files_download')}
          </Button>
        </div>
      )}
    </div>
  )
}
