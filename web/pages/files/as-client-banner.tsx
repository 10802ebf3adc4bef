import { Eye } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './as-client-banner.module.css'

/** Says through whose eyes one looks, and what that leaves out: docs/decisions/0003. */
export function AsClientBanner({ name }: { name: string }) {
  const t = useT()
  return (
    <p className={css.banner}>
      <Icon of={Eye} />
      {t('files_as_client', { name })}
    </p>
  )
}
