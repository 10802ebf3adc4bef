import { useT } from '../i18n.ts'
import { ClientHeader } from '../parts/client-shell.tsx'
import { Skeleton } from '../parts/states.tsx'

/** What is shared with a client, and what they added. */
export function ClientFilesPage() {
  const t = useT()
  return (
    <>
      <ClientHeader title={t('files')} />
      <Skeleton />
    </>
  )
}
