import { Compass } from 'lucide-react'
import { useT } from '../i18n.ts'
import { ButtonLink } from '../parts/button.tsx'
import { useTitle } from '../parts/main.tsx'
import { EmptyState } from '../parts/states.tsx'

/** What is not there, or not for one's eyes: the two look the same. */
export function NotFoundPage() {
  const t = useT()
  useTitle(t('not_found_title'))
  return (
    <EmptyState
      icon={Compass}
      heading="h1"
      title={t('not_found_title')}
      action={<ButtonLink href="/">{t('not_found_back')}</ButtonLink>}
    >
      {t('not_found_lead')}
    </EmptyState>
  )
}
