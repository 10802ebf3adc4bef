import { ArrowLeft, MailCheck } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { TextField } from '../../parts/text-field.tsx'
import css from './sign-in.module.css'

/** Asks for a link by mail; nothing tells whether the address is anybody's. */
export function MailLink({
  purpose,
  email,
  onBack,
}: {
  purpose: 'link' | 'reset'
  email: string
  onBack: () => void
}) {
  const t = useT()
  const [sentTo, setSentTo] = useState('')

  async function send({ email = '' }: Record<string, string>): Promise<void> {
    await api.security.mailLink.call({ email, purpose })
    setSentTo(email)
  }

  return (
    <div className={css.ways}>
      <div>
        <h2>{t(`sign_in_mail_${purpose}`)}</h2>
        {sentTo === '' && <p className={css.lead}>{t(`sign_in_mail_${purpose}_lead`)}</p>}
      </div>
      <div role="status" className={css.status}>
        {sentTo !== '' && (
          <p className={css.sent}>
            <Icon of={MailCheck} />
            {t('sign_in_mailed', { email: sentTo })}
          </p>
        )}
      </div>
      {sentTo === '' && (
        <Form onSubmit={send}>
          <TextField
            name="email"
            type="email"
            label={t('email')}
            autoComplete="username"
            autoCapitalize="none"
            defaultValue={email}
            ref={(input) => input?.focus()}
            required
          />
          <FormProblem />
          <SubmitButton>{t('sign_in_mail_send')}</SubmitButton>
        </Form>
      )}
      <Button look="quiet" icon={ArrowLeft} onClick={onBack}>
        {t('sign_in_back')}
      </Button>
    </div>
  )
}
