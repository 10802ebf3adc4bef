import { useState } from 'react'
import { encode } from 'uqr'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import css from './security.module.css'

export type AppSecret = { secret: string; address: string }

/** Has an authenticator app take a secret, asks for its first code, then shows the recovery codes this once. */
export function SetUpApp({ secret, onClose }: { secret: AppSecret; onClose: () => void }) {
  const t = useT()
  const [codes, setCodes] = useState<string[] | null>(null)
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />
  return (
    <Form
      onSubmit={async ({ code = '' }) => {
        const { recoveryCodes } = await api.security.confirmApp.call({ code })
        setCodes(recoveryCodes)
      }}
    >
      <Dialog
        title={t('security_app')}
        onClose={onClose}
        actions={
          <>
            <Button look="quiet" onClick={onClose}>
              {t('cancel')}
            </Button>
            <SubmitButton>{t('security_app_turn_on')}</SubmitButton>
          </>
        }
      >
        <div className={css.steps}>
          <p>{t('security_app_scan')}</p>
          <QrCode text={secret.address} label={t('security_app_qr')} />
          <p>{t('security_app_type')}</p>
          <p className={css.secret}>{secret.secret.match(/.{1,4}/g)?.join(' ')}</p>
          <TextField
            name="code"
            label={t('security_app_code')}
            className={css.code}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
          />
          <FormProblem />
        </div>
      </Dialog>
    </Form>
  )
}

function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 0 })
  const dots = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg
      className={css.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={dots.join('')} fill="currentColor" />
    </svg>
  )
}
