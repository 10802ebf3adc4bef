import { FolderOpen, SearchX, Upload } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { EmptyState } from '../../parts/states.tsx'

/** Nothing to list: why, and what to do next. */
export function EmptyFiles({
  search,
  inFolder,
  asClient,
  onClear,
  onAdd,
}: {
  search: string
  inFolder: boolean
  /** Name of the client through whose eyes one looks. */
  asClient: string | null
  onClear: () => void
  /** Absent where one may not add. */
  onAdd?: (() => void) | undefined
}) {
  const t = useT()
  if (search !== '') {
    return (
      <EmptyState
        icon={SearchX}
        title={t('files_found_nothing', { words: search })}
        action={<Button onClick={onClear}>{t('search_clear')}</Button>}
      >
        {t(inFolder ? 'files_found_nothing_folder' : 'files_found_nothing_lead')}
      </EmptyState>
    )
  }
  if (asClient !== null) {
    return (
      <EmptyState icon={FolderOpen} title={t('files_empty_as_client', { name: asClient })}>
        {t('files_empty_as_client_lead')}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={FolderOpen}
      title={t(inFolder ? 'files_empty_folder' : 'files_empty')}
      action={
        onAdd && (
          <Button icon={Upload} onClick={onAdd}>
            {t('files_add_file')}
          </Button>
        )
      }
    >
      {t(onAdd ? 'files_empty_lead' : 'files_empty_lead_read_only')}
    </EmptyState>
  )
}
