import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { failureOf } from '../../parts/failure.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { passkeysWork } from '../../passkeys.ts'
import { AppPart } from './app-part.tsx'
import { ErasePart } from './erase-part.tsx'
import { PasskeysPart } from './passkeys-part.tsx'
import { PasswordPart } from './password-part.tsx'
import { RecoveryCodesPart } from './recovery-codes.tsx'
import css from './security.module.css'
import { SessionsPart } from './sessions-part.tsx'

/** How one signs in, and where one is signed in. */
export function Security() {
  const security = useQuery(api.security.readSecurity.queryOptions())
  const failure = failureOf(security)
  if (failure) return failure
  if (!security.data) return <Skeleton rows={4} />
  const { app, passkeys, recoveryCodes, requiredBy } = security.data
  // A passkey of one's own accord is never asked for: a password does as well.
  const asked = app || (passkeys.length > 0 && requiredBy.length > 0)
  return (
    <div className={css.page}>
      <PasswordPart />
      {(passkeysWork() || passkeys.length > 0) && <PasskeysPart passkeys={passkeys} />}
      <AppPart on={app} />
      {asked && <RecoveryCodesPart left={recoveryCodes} />}
      <SessionsPart />
      <ErasePart />
    </div>
  )
}
