import { CloudOff } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useT } from '../../i18n.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './offline-note.module.css'

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}

/** Says that there is no network, and that nothing is lost by it. */
export function OfflineNote() {
  const t = useT()
  const online = useSyncExternalStore(subscribe, () => navigator.onLine)
  return (
    <div role="status">
      {!online && (
        <p className={css.note}>
          <Icon of={CloudOff} />
          {t('client_offline')}
        </p>
      )}
    </div>
  )
}
