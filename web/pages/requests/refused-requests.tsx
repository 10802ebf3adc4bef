import type { Request } from '../../../core/api/involvement.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import css from './requests.module.css'

/** Practices that somebody refused, and may still accept: those aren't asked again by any letter. */
export function RefusedRequests({ requests }: { requests: readonly Extract<Request, { kind: 'client' }>[] }) {
  const t = useT()
  const format = useFormat()
  if (requests.length === 0) return null

  async function accept(requestId: string): Promise<void> {
    await api.involvement.answerRequest.call({ requestId, accept: true })
    toast({ text: t('request_accepted') })
    await queries.invalidateQueries()
  }

  return (
    <section className={css.refused} aria-labelledby="refused-requests">
      <h2 id="refused-requests">{t('request_refused_title')}</h2>
      <ul>
        {requests.map(({ id, practice, by, at }) => (
          <li key={id}>
            <span>
              {practice}
              <span className={css.detail}>{t('request_refused_by', { by, date: format.date(at) })}</span>
            </span>
            <Button
              look="quiet"
              aria-label={t('of_name', { what: t('request_accept_after_all'), name: practice })}
              onClick={() => attempt(accept(id))}
            >
              {t('request_accept_after_all')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
