import { useQuery } from '@tanstack/react-query'
import type { OpenSession } from '../../../core/api/security.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { attempt } from '../../parts/toasts.tsx'
import { Part } from './part.tsx'
import css from './security.module.css'

async function refresh(): Promise<void> {
  await queries.invalidateQueries({ queryKey: api.security.listSessions.key() })
}

export function SessionsPart() {
  const t = useT()
  const list = useQuery(api.security.listSessions.queryOptions())
  const sessions = list.data?.sessions ?? []

  async function endOthers(): Promise<void> {
    await api.security.endOtherSessions.call()
    await refresh()
  }

  return (
    <Part
      title={t('security_sessions')}
      about={t('security_sessions_about')}
      action={
        sessions.length > 1 && (
          <Button onClick={() => attempt(endOthers())}>{t('security_sessions_end_others')}</Button>
        )
      }
    >
      {failureOf(list)}
      {list.isPending && <Skeleton rows={2} />}
      <ul className={css.list} aria-label={t('security_sessions')}>
        {sessions.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
    </Part>
  )
}

function Session({ session }: { session: OpenSession }) {
  const t = useT()
  const format = useFormat()
  const { id, current, address, since, usedAt } = session
  const device = session.device ?? t('security_device_unknown')

  async function end(): Promise<void> {
    await api.security.endSession.call({ sessionId: id })
    await refresh()
  }

  return (
    <li>
      <div className={css.what}>
        <div className={css.title}>
          <strong>{device}</strong>
          {current && <span className={css.on}>{t('security_session_this')}</span>}
        </div>
        <p>
          {[
            address,
            t('security_session_since', { date: format.date(since) }),
            t('security_used_on', { date: format.dateTime(usedAt) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      {!current && (
        <Button
          look="quiet"
          aria-label={t('of_name', { what: t('sign_out'), name: device })}
          onClick={() => attempt(end())}
        >
          {t('sign_out')}
        </Button>
      )}
    </li>
  )
}
