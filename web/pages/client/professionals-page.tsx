import { useQuery } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { useState } from 'react'
import type { MyProfessional } from '../../../core/api/involvement.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { requests } from '../../inbox.ts'
import { nameOf } from '../../names.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { ClientHeader } from '../../parts/client-shell.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toasts.tsx'
import { RefusedRequests } from '../requests/refused-requests.tsx'
import { RequestCard } from '../requests/request-card.tsx'
import { myProfessionals } from './my-professionals.ts'
import css from './professionals-page.module.css'

/** Who is involved with the client, since when and by whom; who would like to be; and an end to externals. */
export function ProfessionalsPage() {
  const t = useT()
  const professionals = useQuery(myProfessionals)
  const { data } = professionals
  const asked = useQuery(requests).data?.filter((one) => one.kind === 'client') ?? []
  const [ending, setEnding] = useState<MyProfessional | null>(null)
  const failure = failureOf(professionals)
  return (
    <>
      <ClientHeader title={t('professionals')} />
      {asked.some(({ refused }) => !refused) && (
        <div className={css.asked}>
          {asked
            .filter(({ refused }) => !refused)
            .map((request) => (
              <RequestCard key={request.id} request={request} />
            ))}
        </div>
      )}
      {failure ? (
        failure
      ) : !data ? (
        <Skeleton rows={3} />
      ) : data.length === 0 ? (
        <EmptyState icon={Users} title={t('professionals_none')}>
          {t('professionals_none_lead')}
        </EmptyState>
      ) : (
        <>
          <p className={css.lead}>{t('professionals_lead')}</p>
          <ul className={css.people} aria-label={t('professionals')}>
            {data.map((one) => (
              <Row key={one.professionalId} one={one} onEnd={() => setEnding(one)} />
            ))}
          </ul>
        </>
      )}
      <RefusedRequests requests={asked.filter(({ refused }) => refused)} />
      {ending && <EndDialog one={ending} onClose={() => setEnding(null)} />}
    </>
  )
}

function Row({ one, onEnd }: { one: MyProfessional; onEnd: () => void }) {
  const t = useT()
  const format = useFormat()
  const { name, company, since, addedBy, external } = one
  const how = !since
    ? t('professionals_by_practice')
    : addedBy
      ? t('professionals_since_by', { date: format.date(since), name: nameOf(addedBy) })
      : t('professionals_since', { date: format.date(since) })
  return (
    <li className={css.person}>
      <Avatar name={name} />
      <span className={css.words}>
        <span className={css.name}>
          {name}
          {external && <Chip>{t('professionals_external')}</Chip>}
        </span>
        <span className={css.detail}>{company}</span>
        <span className={css.detail}>{how}</span>
      </span>
      {external && (
        <Button
          look="quiet"
          aria-label={t('of_name', { what: t('professionals_end'), name })}
          onClick={onEnd}
        >
          {t('professionals_end')}
        </Button>
      )}
    </li>
  )
}

function EndDialog({ one, onClose }: { one: MyProfessional; onClose: () => void }) {
  const t = useT()
  const { professionalId, name } = one

  async function end(): Promise<void> {
    await api.involvement.endExternal.call({ professionalId })
    toast({ text: t('professionals_ended', { name }) })
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={end}>
      <Dialog
        title={t('professionals_end_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t('professionals_end')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('professionals_end_lead', { name })}</p>
      </Dialog>
    </Form>
  )
}
