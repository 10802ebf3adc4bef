import { useState } from 'react'
import { useT } from '../i18n.ts'
import { PasswordField } from './text-field.tsx'

const LENGTH = 12

/** The choice of a password, named `password` in its form; says how much is missing while one types. */
export function NewPasswordField({ label }: { label?: string }) {
  const t = useT()
  const [length, setLength] = useState(0)
  const missing = LENGTH - length
  const hint =
    length === 0
      ? t('password_hint')
      : missing > 0
        ? t('password_missing', { count: missing })
        : t('password_long_enough')
  return (
    <PasswordField
      name="password"
      label={label ?? t('password')}
      autoComplete="new-password"
      minLength={LENGTH}
      maxLength={1000}
      required
      hint={hint}
      onChange={(event) => setLength(event.target.value.length)}
    />
  )
}
