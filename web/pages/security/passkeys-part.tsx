import { useState } from 'react'
import type { Security } from '../../../core/api/security.ts'
import { nameDevice } from '../../../core/user-agents.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { makePasskey, passkeysWork } from '../../passkeys.ts'
import { useFresh } from './fresh.tsx'
import { Part } from './part.tsx'
import css from './security.module.css'

type Passkey = Security['passkeys'][number]

const refresh = () => queries.invalidateQueries({ queryKey: api.security.readSecurity.key() })

/** Makes a passkey and says how that went. Whether there is one now. */
export function useAddPasskey(): { add: () => Promise<boolean> } {
  const t = useT()
  return {
    async add() {
      const made = await makePasskey(nameDevice(navigator.userAgent) ?? t('security_passkey'))
      if (made === 'made') toast({ text: t('security_passkey_added') })
      else toast({ tone: 'error', text: t(`security_passkey_${made}`) })
      return made === 'made'
    },
  }
}

export function PasskeysPart({ passkeys }: { passkeys: Passkey[] }) {
  const t = useT()
  const format = useFormat()
  const { fresh, confirming } = useFresh()
  const { add } = useAddPasskey()
  const [naming, setNaming] = useState<Passkey | null>(null)
  const [removing, setRemoving] = useState<Passkey | null>(null)

  return (
    <Part
      title={t('security_passkeys')}
      about={t('security_passkeys_about')}
      action={
        passkeysWork() && (
          <Button
            onClick={() =>
              attempt(
                fresh(async () => {
                  if (await add()) await refresh()
                }),
              )
            }
          >
            {t('security_passkey_add')}
          </Button>
        )
      }
    >
      {passkeys.length > 0 && (
        <ul className={css.list} aria-label={t('security_passkeys')}>
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div className={css.what}>
                <strong>{passkey.name}</strong>
                <p>
                  {passkey.usedAt === null
                    ? t('security_added_on', { date: format.date(passkey.addedAt) })
                    : t('security_used_on', { date: format.dateTime(passkey.usedAt) })}
                </p>
              </div>
              <Button
                look="quiet"
                aria-label={t('of_name', { what: t('security_rename'), name: passkey.name })}
                onClick={() => setNaming(passkey)}
              >
                {t('security_rename')}
              </Button>
              <Button
                look="quiet"
                aria-label={t('of_name', { what: t('security_remove'), name: passkey.name })}
                onClick={() => setRemoving(passkey)}
              >
                {t('security_remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {naming && <Rename passkey={naming} onClose={() => setNaming(null)} />}
      {removing && (
        <Remove
          passkey={removing}
          onClose={() => setRemoving(null)}
          onRemove={() =>
            fresh(async () => {
              await api.security.removePasskey.call({ passkeyId: removing.id })
              await refresh()
            })
          }
        />
      )}
      {confirming}
    </Part>
  )
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const t = useT()
  return (
    <Form
      onSubmit={async ({ name = '' }) => {
        await api.security.renamePasskey.call({ passkeyId: passkey.id, name })
        onClose()
        await refresh()
      }}
    >
      <Dialog
        title={t('security_passkey_name')}
        onClose={onClose}
        actions={
          <>
            <Button look="quiet" onClick={onClose}>
              {t('cancel')}
            </Button>
            <SubmitButton>{t('confirm')}</SubmitButton>
          </>
        }
      >
        <TextField
          name="name"
          label={t('security_name')}
          defaultValue={passkey.name}
          maxLength={120}
          autoComplete="off"
          required
        />
        <FormProblem />
      </Dialog>
    </Form>
  )
}

function Remove({
  passkey,
  onClose,
  onRemove,
}: {
  passkey: Passkey
  onClose: () => void
  onRemove: () => Promise<void>
}) {
  const t = useT()
  return (
    <Form
      onSubmit={async () => {
        await onRemove()
        onClose()
      }}
    >
      <Dialog
        title={t('security_passkey_remove_title', { name: passkey.name })}
        onClose={onClose}
        actions={
          <>
            <Button look="quiet" onClick={onClose}>
              {t('cancel')}
            </Button>
            <SubmitButton look="danger">{t('security_remove')}</SubmitButton>
          </>
        }
      >
        <p>{t('security_passkey_remove_lead')}</p>
        <FormProblem />
      </Dialog>
    </Form>
  )
}
