import { useT } from '../i18n.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { Skeleton } from '../parts/states.tsx'

/** The clients and groups in reach. */
export function ContactsPage() {
  const t = useT()
  return (
    <>
      <PageHeader title={t('contacts')} />
      <Skeleton />
    </>
  )
}
