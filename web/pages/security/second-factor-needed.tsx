import { useQuery } from '@tanstack/react-query'
import { KeyRound, LogOut, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { attempt, Toasts } from '../../parts/toasts.tsx'
import { WelcomeShell } from '../../parts/welcome-shell.tsx'
import { passkeysWork } from '../../passkeys.ts'
import { changeHat, enter, signOut, useMe, useProfessional } from '../../session.ts'
import { PasskeyButton } from '../sign-in/passkey-button.tsx'
import { type AppSecret, SetUpApp } from './app-dialog.tsx'
import { useFresh } from './fresh.tsx'
import { useAddPasskey } from './passkeys-part.tsx'
import css from './security.module.css'

/** Stands before everything of a company that requires a second factor, until the session has one. */
export function SecondFactorNeeded() {
  const t = useT()
  const { hats } = useMe()
  const hat = useProfessional()
  const { data } = useQuery(api.security.readSecurity.queryOptions())
  const { fresh, confirming } = useFresh()
  const { add } = useAddPasskey()
  const [secret, setSecret] = useState<AppSecret | null>(null)

  if (!data) return <WelcomeShell title={t('second_factor_title')} />
  return (
    <WelcomeShell
      title={t('second_factor_title')}
      lead={t('second_factor_lead', { company: hat.company.name })}
    >
      <div className={css.choices}>
        {data.passkeys.length > 0 && passkeysWork() ? (
          <PasskeyButton icon={KeyRound} look="primary" onIn={enter} />
        ) : (
          <>
            <Button
              icon={Smartphone}
              look="primary"
              onClick={() => attempt(fresh(async () => setSecret(await api.security.beginApp.call())))}
            >
              {t('security_app_add')}
            </Button>
            {passkeysWork() && (
              <Button
                icon={KeyRound}
                onClick={() =>
                  attempt(
                    fresh(async () => {
                      if (await add()) await enter()
                    }),
                  )
                }
              >
                {t('security_passkey_add')}
              </Button>
            )}
          </>
        )}
        {hats
          .filter(({ id }) => id !== hat.id)
          .map((other) => (
            <Button key={other.id} onClick={() => attempt(changeHat(other.id))}>
              {t('second_factor_act_as', {
                name: other.kind === 'professional' ? `${other.name} · ${other.company.name}` : other.name,
              })}
            </Button>
          ))}
        <Button look="quiet" icon={LogOut} onClick={() => attempt(signOut())}>
          {t('sign_out')}
        </Button>
      </div>
      {secret && (
        <SetUpApp
          secret={secret}
          onClose={() => {
            setSecret(null)
            attempt(enter())
          }}
        />
      )}
      {confirming}
      <Toasts />
    </WelcomeShell>
  )
}
