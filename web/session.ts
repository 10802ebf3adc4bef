import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Hat, Me } from '../core/api/account.ts'
import { Problem } from '../core/errors.ts'
import { api, onSessionEnd, queries } from './api.ts'
import { forgetPerson, remember } from './device.ts'
import type { Language } from './format.ts'
import { showLanguage } from './i18n.ts'
import { currentTheme, showTheme, type Theme } from './theme.ts'

type Professional = Extract<Hat, { kind: 'professional' }>

export type Session =
  | { state: 'loading' }
  | { state: 'failed'; error: Error; retry: () => void }
  | { state: 'out' }
  | { state: 'in'; me: Me }

const me = api.account.readMe.queryOptions({ staleTime: 60_000 })

/** Asks who is signed in, before anything is there that shows it. */
export function askAhead(): void {
  void queries.prefetchQuery(me)
}

/** Who is signed in, as the server last said. */
export function useSession(): Session {
  const { data, error, refetch } = useQuery(me)
  if (data) return { state: 'in', me: data }
  if (!error) return { state: 'loading' }
  if (error instanceof Problem && error.code === 'not_signed_in') return { state: 'out' }
  return { state: 'failed', error, retry: () => void refetch() }
}

/** Who is signed in; for what stands behind a door, where somebody always is. */
export function useMe(): Me {
  const session = useSession()
  if (session.state !== 'in') throw new Error('Nobody is signed in')
  return session.me
}

/** As whom the professional acts; for what stands behind the professionals' door. */
export function useProfessional(): Professional {
  const { hat } = useMe()
  if (hat?.kind !== 'professional') throw new Error('Not a professional')
  return hat
}

/** Takes on what the server says of the person: language, theme, and which door to fetch first next time. */
export async function welcome(who: Me): Promise<void> {
  queries.setQueryData(me.queryKey, who)
  showTheme(who.person.theme)
  if (who.hat) remember('door', who.hat.kind)
  await showLanguage(who.person.language)
}

/** Asks the server who is signed in now. Call it after anything that signs in. */
export async function enter(): Promise<void> {
  const before = queries.getQueryData<Me>(me.queryKey)
  const now = await api.account.readMe.call()
  // Nothing that the former person saw may stay on the screen.
  if (before && before.person.id !== now.person.id) location.assign('/')
  else {
    await welcome(now)
    setEnded(false)
    await queries.invalidateQueries()
  }
}

let askBefore: (() => Promise<boolean>) | null = null

/** Has somebody asked before they sign out by themselves; returns the way to stop. */
export function beforeSigningOut(ask: () => Promise<boolean>): () => void {
  askBefore = ask
  return () => {
    if (askBefore === ask) askBefore = null
  }
}

/** Signs out, unless whoever is asked whether they meant to had rather not. */
export async function askAndSignOut(): Promise<void> {
  if (!askBefore || (await askBefore())) await signOut()
}

// What other tabs and windows still show is gone too once one of them has signed out.
const tabs = new BroadcastChannel('carnet-session')
tabs.onmessage = () => void leave()

/** Ends the session here and on the server, and empties every cache and tab. */
export async function signOut(): Promise<void> {
  await api.security.signOut.call()
  await forgetPerson()
  // The server had this device's storage emptied; how the screen looks tells nothing of anybody.
  showTheme(currentTheme())
  remember('language', document.documentElement.lang)
  tabs.postMessage('out')
  await leave()
}

/** Each tab forgets what it sends by itself: it may be writing some of it down. */
async function leave(): Promise<void> {
  if (!queries.getQueryData(me.queryKey)) return
  const { forgetUploads } = await import('./uploads/uploads.ts')
  await forgetUploads()
  // Last: what is drawn from now on would find nobody.
  queries.clear()
  location.replace('/sign-in')
}

/** Shows a language or theme at once, and keeps it with the person when somebody is signed in. */
export async function choose(choice: { language?: Language; theme?: Theme }): Promise<void> {
  if (choice.theme) showTheme(choice.theme)
  if (choice.language) await showLanguage(choice.language)
  if (!queries.getQueryData(me.queryKey)) return
  queries.setQueryData(me.queryKey, await api.account.changeMe.call(choice))
}

export async function changeHat(id: string): Promise<void> {
  await api.account.changeHat.call({ id })
  location.assign('/')
}

let ended = false
const listeners = new Set<() => void>()

function setEnded(value: boolean): void {
  ended = value
  for (const changed of listeners) changed()
}

onSessionEnd(() => {
  if (queries.getQueryData(me.queryKey)) setEnded(true)
})

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** Whether the session ended under somebody's hands: they sign in again over the page, and lose nothing typed. */
export function useSessionEnded(): boolean {
  return useSyncExternalStore(subscribe, () => ended)
}
