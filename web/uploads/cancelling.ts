import { t } from '../i18n.ts'
import { toast } from '../parts/toasts.tsx'
import { findUpload, type Upload } from './queue.ts'
import { cancelUpload } from './uploads.ts'

/** Stops sending files, and says so: their rows are gone, and with the last of them the panel. */
export function cancelUploads(shown: readonly Upload[]): void {
  // Screens are told of an arrival a little late.
  const uploads = shown.filter(({ id }) => findUpload(id)?.state !== 'done')
  for (const { id } of uploads) cancelUpload(id)
  const [first, second] = uploads
  if (!first) return
  const text = second
    ? t('upload_cancelled', { count: uploads.length })
    : t('upload_cancelled_named', { name: first.name })
  toast({ text })
}
