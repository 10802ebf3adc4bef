/** Unguessable enough, also where a page without TLS has no `crypto.randomUUID`. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

/** Long enough for a tab that is only loaded again to come back for what is its own. */
const GONE_MS = 5000

const tab = newId()
let held = false
/** Those who wait for a tab to close hear here of each that has a name from now on. */
const names = new BroadcastChannel('carnet-tabs')

function nameOf(id: string): string {
  return `carnet-tab-${id}`
}

/** The name of this tab, which stays taken for as long as the tab is open. */
export function holdTab(): string {
  if (!held) {
    held = true
    void navigator.locks?.request(nameOf(tab), () => {
      names.postMessage(nameOf(tab))
      return new Promise(() => {})
    })
  }
  return tab
}

/** Calls back whenever another tab is gone that held its name, and did not come back at once. */
export async function onTabGone(gone: () => void): Promise<void> {
  // Shared: those who wait are not taken for the tab itself.
  const wait = (name: string) =>
    navigator.locks?.request(name, { mode: 'shared' }, () => {}).then(() => setTimeout(gone, GONE_MS))
  names.onmessage = ({ data }) => void wait(data)
  const { held: locks = [] } = (await navigator.locks?.query()) ?? {}
  for (const { name, mode } of locks)
    if (name && mode === 'exclusive' && name.startsWith(nameOf(''))) void wait(name)
}

/** Which tabs are open, this one among them; where the browser can't tell, this one alone. */
export async function findOpenTabs(): Promise<(id: string) => boolean> {
  const { held: locks = [] } = (await navigator.locks?.query()) ?? {}
  return (id) => id === tab || locks.some(({ name, mode }) => name === nameOf(id) && mode === 'exclusive')
}

/** Runs while no other tab does the same. */
export async function whileAlone(run: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request('carnet-uploads', run) : run())
}
