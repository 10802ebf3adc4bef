import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { attempt } from '../../parts/toasts.tsx'
import { type AppSecret, SetUpApp } from './app-dialog.tsx'
import { useFresh } from './fresh.tsx'
import { Part } from './part.tsx'

export function AppPart({ on }: { on: boolean }) {
  const t = useT()
  const { fresh, confirming } = useFresh()
  const [secret, setSecret] = useState<AppSecret | null>(null)
  const [removing, setRemoving] = useState(false)
  const begin = () => attempt(fresh(async () => setSecret(await api.security.beginApp.call())))

  return (
    <Part
      title={t('security_app')}
      on={on && t('security_on')}
      about={t(on ? 'security_app_about_on' : 'security_app_about')}
      action={
        on ? (
          <Button onClick={() => setRemoving(true)}>{t('security_remove')}</Button>
        ) : (
          <Button onClick={begin}>{t('security_app_add')}</Button>
        )
      }
    >
      {secret && (
        <SetUpApp
          secret={secret}
          onClose={() => {
            setSecret(null)
            void queries.invalidateQueries()
          }}
        />
      )}
      {removing && (
        <Form
          onSubmit={async () => {
            await fresh(async () => {
              await api.security.removeApp.call()
              await queries.invalidateQueries({ queryKey: api.security.readSecurity.key() })
            })
            setRemoving(false)
          }}
        >
          <Dialog
            title={t('security_app_remove_title')}
            onClose={() => setRemoving(false)}
            actions={
              <>
                <Button look="quiet" onClick={() => setRemoving(false)}>
                  {t('cancel')}
                </Button>
                <SubmitButton look="danger">{t('security_remove')}</SubmitButton>
              </>
            }
          >
            <p>{t('security_app_remove_lead')}</p>
            <FormProblem />
          </Dialog>
        </Form>
      )}
      {confirming}
    </Part>
  )
}
