import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import type { PasskeyAnswer } from '../core/api/security.ts'
import { Problem } from '../core/errors.ts'
import { api } from './api.ts'

type Asked = PublicKeyCredentialRequestOptionsJSON
type Made = PublicKeyCredentialCreationOptionsJSON

/** Whether a passkey can be used at this address at all: never at a bare IP address, nor without TLS. */
export function passkeysWork(): boolean {
  const bare = /^[\d.]+$|^\[/.test(location.hostname)
  return window.isSecureContext && !bare && 'PublicKeyCredential' in window
}

const library = () => import('@simplewebauthn/browser')

/** Asks for a passkey in the browser's own dialog, and signs in with it. False where none was given. */
export async function signInWithPasskey(): Promise<boolean> {
  const question = await api.security.askForPasskey.call()
  const { startAuthentication } = await library()
  const answer = await startAuthentication({ optionsJSON: question as unknown as Asked }).catch(() => null)
  if (!answer) return false
  await api.security.signInWithPasskey.call({ answer: answer as unknown as PasskeyAnswer })
  return true
}

/**
 * Has the browser offer passkeys among the addresses that it fills in, where it can. Resolves once somebody chose one
 * and is in; never where nobody does.
 */
export async function offerPasskeys(): Promise<void> {
  if (!passkeysWork()) return new Promise(() => {})
  const { browserSupportsWebAuthnAutofill, startAuthentication } = await library()
  if (!(await browserSupportsWebAuthnAutofill())) return new Promise(() => {})
  const question = await api.security.askForPasskey.call()
  const answer = await startAuthentication({
    optionsJSON: question as unknown as Asked,
    useBrowserAutofill: true,
  })
  await api.security.signInWithPasskey.call({ answer: answer as unknown as PasskeyAnswer })
}

/** Takes back what `offerPasskeys` asked of the browser. */
export async function withdrawPasskeys(): Promise<void> {
  const { WebAuthnAbortService } = await library()
  WebAuthnAbortService.cancelCeremony()
}

/** Has the browser make a passkey, and keeps it; or says why there is none. @throws sign_in_again */
export async function makePasskey(name: string): Promise<'made' | 'dismissed' | 'known'> {
  const question = await api.security.askToMakePasskey.call()
  const { startRegistration } = await library()
  try {
    const answer = await startRegistration({ optionsJSON: question as unknown as Made })
    await api.security.addPasskey.call({ name, answer: answer as unknown as PasskeyAnswer })
    return 'made'
  } catch (error) {
    if (error instanceof Problem) throw error
    return error instanceof Error && error.name === 'InvalidStateError' ? 'known' : 'dismissed'
  }
}
