import { useState } from 'react'
import type { Request } from '../../../core/api/involvement.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { useMe } from '../../session.ts'
import css from './requests.module.css'

const OWN = 'own'

/** As whom one is involved: one of the professionals that one is, or in a practice of one's own, opened here. */
export function AcceptExternalDialog({
  request,
  onAccept,
  onClose,
}: {
  request: Extract<Request, { kind: 'external' }>
  onAccept: (as: { as?: string; practice?: string }) => Promise<unknown>
  onClose: () => void
}) {
  const t = useT()
  const { person } = useMe()
  const [as, setAs] = useState(request.as[0]?.id ?? OWN)

  async function accept({ practice = '' }: Record<string, string>): Promise<void> {
    await onAccept(as === OWN ? { practice } : { as })
    onClose()
  }

  return (
    <Form onSubmit={accept}>
      <Dialog
        title={t('request_as_title')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('request_accept')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        {request.as.length > 0 && (
          <fieldset className={css.choices}>
            <legend>{t('request_as_lead')}</legend>
            {[...request.as, { id: OWN, company: t('request_as_own') }].map(({ id, company }) => (
              <label key={id} className={css.choice}>
                <input type="radio" name="as" value={id} checked={as === id} onChange={() => setAs(id)} />
                {company}
              </label>
            ))}
          </fieldset>
        )}
        {as === OWN && (
          <>
            <p>{t('request_own_lead')}</p>
            <TextField
              label={t('practice')}
              name="practice"
              required
              maxLength={120}
              defaultValue={person.name}
              autoComplete="organization"
            />
          </>
        )}
      </Dialog>
    </Form>
  )
}
