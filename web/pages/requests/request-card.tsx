import { Check, X } from 'lucide-react'
import { useState } from 'react'
import type { Request } from '../../../core/api/involvement.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { changeHat, useMe } from '../../session.ts'
import { AcceptExternalDialog } from './accept-external-dialog.tsx'
import css from './requests.module.css'

type As = { as?: string; practice?: string }

/** Something to accept or to refuse, at once; an external who could be several professionals says as whom. */
export function RequestCard({ request }: { request: Request }) {
  const t = useT()
  const format = useFormat()
  const { hat } = useMe()
  const [choosing, setChoosing] = useState(false)
  const { id: requestId, kind, practice, by } = request
  const external = kind === 'external' ? request : null
  const only = external?.as.length === 1 && external.as[0]?.id === hat?.id ? hat?.id : undefined

  async function answer(accept: boolean, as: As = {}): Promise<void> {
    const { hat: accepted } = await api.involvement.answerRequest.call({ requestId, accept, ...as })
    if (accepted && accepted !== hat?.id) return changeHat(accepted)
    toast({ text: t(accept ? 'request_accepted' : 'request_refused') })
    await queries.invalidateQueries()
  }

  return (
    <article className={css.card} aria-label={practice}>
      <p className={css.sentence}>
        {external
          ? t('request_external', { by, practice, client: external.client })
          : t('request_client', { practice })}
      </p>
      <p className={css.detail}>
        {external
          ? t('request_external_lead', { until: format.date(external.until) })
          : t('request_client_lead', { by, practice })}
      </p>
      <div className={css.actions}>
        <Button
          look="primary"
          icon={Check}
          aria-label={t('of_name', { what: t('request_accept'), name: practice })}
          onClick={() =>
            external && !only ? setChoosing(true) : attempt(answer(true, only ? { as: only } : {}))
          }
        >
          {t('request_accept')}
        </Button>
        <Button
          icon={X}
          aria-label={t('of_name', { what: t('request_refuse'), name: practice })}
          onClick={() => attempt(answer(false))}
        >
          {t('request_refuse')}
        </Button>
      </div>
      {choosing && external && (
        <AcceptExternalDialog
          request={external}
          onAccept={(as) => answer(true, as)}
          onClose={() => setChoosing(false)}
        />
      )}
    </article>
  )
}
