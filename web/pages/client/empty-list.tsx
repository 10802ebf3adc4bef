import { FolderOpen, SearchX } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { EmptyState } from '../../parts/states.tsx'

/** Why there is nothing, and what to do next. */
export function EmptyList({
  search,
  inFolder,
  canAdd,
}: {
  search: string
  inFolder: boolean
  canAdd: boolean
}) {
  const t = useT()
  if (search !== '') {
    return (
      <EmptyState icon={SearchX} title={t('client_found_nothing', { words: search })}>
        {t('client_found_nothing_lead')}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={FolderOpen} title={t(inFolder ? 'client_empty_folder' : 'client_empty_title')}>
      {!inFolder && t(canAdd ? 'client_empty_lead' : 'client_empty_lead_look')}
    </EmptyState>
  )
}
