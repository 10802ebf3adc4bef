import { t } from '../../i18n.ts'
import { toast } from '../../parts/toasts.tsx'

/**
 * Goes on once a part of the app has been fetched. What failed to be fetched stays so for this page: browsers
 * remember it. Loading the page again is the way out, and loses nothing.
 */
export function whenFetched(fetching: Promise<unknown>, then: () => void): void {
  const reload = { label: t('reload'), run: () => location.reload() }
  fetching.then(then, () => toast({ tone: 'error', text: t('error_offline'), action: reload }))
}

/** Has parts at hand before they are wanted, which may be without a network. */
export function fetchAhead(parts: readonly (() => Promise<unknown>)[]): void {
  for (const fetch of parts) fetch().catch(() => {})
}
