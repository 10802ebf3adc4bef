import { useQuery } from '@tanstack/react-query'
import { ShieldAlert } from 'lucide-react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './administration.module.css'

/** Says so when the malware scanner, where there is one, doesn't answer. */
export function ScannerNote() {
  const t = useT()
  const { data } = useQuery(api.administration.readScanner.queryOptions({ refetchInterval: 60_000 }))
  return (
    <div role="status">
      {data?.scanner === 'failing' && (
        <p className={css.trouble}>
          <Icon of={ShieldAlert} />
          {t('admin_scanner_failing')}
        </p>
      )}
    </div>
  )
}
