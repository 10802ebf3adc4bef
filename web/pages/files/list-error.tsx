import { FolderX } from 'lucide-react'
import { Problem } from '../../../core/errors.ts'
import { errorSentence } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { EmptyState, ErrorState } from '../../parts/states.tsx'

/** Why there is no list, and the way on: to the root from a folder that is gone, or once more. */
export function ListError({
  error,
  onRetry,
  root,
}: {
  error: Error
  onRetry: () => void
  /** Address of the root; null where one is there already. */
  root: string | null
}) {
  const t = useT()
  const code = error instanceof Problem ? error.code : null
  if (code === 'not_found' && root !== null) {
    return (
      <EmptyState
        icon={FolderX}
        title={t('files_folder_gone')}
        action={<ButtonLink href={root}>{t('files_to_root')}</ButtonLink>}
      >
        {errorSentence(error)}
      </EmptyState>
    )
  }
  if (code === 'stale_tab') {
    return (
      <EmptyState
        icon={FolderX}
        title={t('error_title')}
        action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}
      >
        {errorSentence(error)}
      </EmptyState>
    )
  }
  return <ErrorState error={error} onRetry={onRetry} />
}
