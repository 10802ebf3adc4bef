import { useState } from 'react'
import type { Colleague } from '../../../core/api/administration.ts'
import type { Profile } from '../../../core/profiles.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Select } from '../../parts/select.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { profileName } from '../record/profile-name.ts'
import css from './administration.module.css'

/** The profile and branches of a professional; without one, of somebody to invite. */
export function ColleagueDialog({
  may,
  one,
  onClose,
}: {
  /** What the reader may give. */
  may: { profiles: Profile[]; branches: { id: string; name: string }[] }
  one?: Colleague
  onClose: () => void
}) {
  const t = useT()
  const [profile, setProfile] = useState<Profile>(one?.profile ?? 'employee')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set((one?.branches ?? may.branches.slice(0, 1)).map(({ id }) => id)),
  )

  function toggle(id: string): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }

  async function save({ name = '', email = '' }: Record<string, string>): Promise<void> {
    const given = { profile, branchIds: [...chosen] }
    if (one) await api.administration.changeProfessional.call({ professionalId: one.id, ...given })
    else await api.administration.inviteProfessional.call({ name, email, ...given })
    toast({ text: one ? t('record_saved') : t('admin_joined_hint', { email }) })
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={save}>
      <Dialog
        title={one ? t('admin_change_title', { name: one.name }) : t('admin_invite')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t(one ? 'record_save' : 'record_invite_first')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        {!one && (
          <>
            <TextField label={t('contacts_name')} name="name" required maxLength={120} autoComplete="off" />
            <TextField
              label={t('admin_email')}
              hint={t('admin_invite_hint')}
              name="email"
              type="email"
              required
              autoComplete="off"
              autoCapitalize="none"
            />
          </>
        )}
        <Select
          label={t('admin_profile')}
          value={profile}
          onChange={setProfile}
          options={may.profiles.map((value) => ({ value, label: profileName(value) }))}
        />
        <fieldset className={css.branches}>
          <legend>{t('admin_branches')}</legend>
          {may.branches.map(({ id, name }) => (
            <Checkbox key={id} checked={chosen.has(id)} onChange={() => toggle(id)}>
              {name}
            </Checkbox>
          ))}
        </fieldset>
      </Dialog>
    </Form>
  )
}
