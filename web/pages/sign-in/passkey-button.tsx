import type { LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { errorSentence } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { signInWithPasskey } from '../../passkeys.ts'
import css from './sign-in.module.css'

/** Signs in with a passkey; what goes wrong stands below. */
export function PasskeyButton({
  icon,
  look,
  onIn,
}: {
  icon: LucideIcon
  look?: 'primary'
  onIn: () => Promise<void>
}) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  async function use(): Promise<void> {
    setBusy(true)
    setProblem('')
    try {
      if (await signInWithPasskey()) await onIn()
      else setProblem(t('sign_in_no_passkey'))
    } catch (error) {
      setProblem(errorSentence(error))
    }
    setBusy(false)
  }

  return (
    <>
      <Button icon={icon} look={look} busy={busy} onClick={() => void use()}>
        {t('sign_in_by_passkey')}
      </Button>
      <p role="alert" className={css.refused}>
        {problem}
      </p>
    </>
  )
}
