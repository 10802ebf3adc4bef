import { useState } from 'react'
import type { InvitedExternal } from '../../../core/api/involvement.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import css from './record.module.css'

/** Externals who were invited and haven't answered: by their address, whoever has it. */
export function InvitedExternals({
  spaceId,
  invited,
}: {
  spaceId: string
  invited: readonly InvitedExternal[]
}) {
  const t = useT()
  const format = useFormat()
  const [withdrawing, setWithdrawing] = useState<InvitedExternal | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: api.involvement.key() })

  async function again({ id: invitationId, email }: InvitedExternal): Promise<void> {
    await api.involvement.inviteExternalAgain.call({ spaceId, invitationId })
    toast({ text: t('record_external_invited', { email }) })
    await refresh()
  }

  return (
    <section className={css.invited} aria-labelledby="invited-externals">
      <h2 id="invited-externals">{t('record_externals_invited')}</h2>
      <ul className={css.people}>
        {invited.map((one) => (
          <li key={one.id} className={css.person}>
            <Avatar name={one.email} />
            <span className={css.words}>
              <span className={css.name}>
                <span className={css.address}>{one.email}</span>
                <Chip>{t(one.expired ? 'record_external_expired' : 'record_external_waiting')}</Chip>
              </span>
              <span className={css.detail}>
                {t('record_invited_by', { name: one.invitedBy, date: format.date(one.since) })}
              </span>
            </span>
            <span className={css.actions}>
              <Button
                look="quiet"
                aria-label={t('of_name', { what: t('record_external_again'), name: one.email })}
                onClick={() => attempt(again(one))}
              >
                {t('record_external_again')}
              </Button>
              <Button
                look="quiet"
                aria-label={t('of_name', { what: t('record_external_withdraw'), name: one.email })}
                onClick={() => setWithdrawing(one)}
              >
                {t('record_external_withdraw')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {withdrawing && (
        <Form
          onSubmit={async () => {
            await api.involvement.withdrawExternal.call({ spaceId, invitationId: withdrawing.id })
            toast({ text: t('record_external_withdrawn', { email: withdrawing.email }) })
            setWithdrawing(null)
            await refresh()
          }}
        >
          <Dialog
            title={t('record_external_withdraw_title', { email: withdrawing.email })}
            onClose={() => setWithdrawing(null)}
            actions={
              <>
                <Button onClick={() => setWithdrawing(null)}>{t('cancel')}</Button>
                <SubmitButton look="danger">{t('record_external_withdraw')}</SubmitButton>
              </>
            }
          >
            <FormProblem />
            <p>{t('record_external_withdraw_lead')}</p>
          </Dialog>
        </Form>
      )}
    </section>
  )
}
