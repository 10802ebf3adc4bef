/** Unguessable enough, also where a page without TLS has no `crypto.randomUUID`. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

const tab = newId()
let held = false

function nameOf(id: string): string {
  return `carnet-tab-${id}`
}

/** The name of this tab, which stays taken for as long as the tab is open. */
export function holdTab(): string {
  if (!held) {
    held = true
    void navigator.locks?.request(nameOf(tab), () => new Promise(() => {}))
  }
  return tab
}

/** Which tabs are open, this one among them; where the browser can't tell, this one alone. */
export async function findOpenTabs(): Promise<(id: string) => boolean> {
  const { held: locks = [] } = (await navigator.locks?.query()) ?? {}
  return (id) => id === tab || locks.some(({ name }) => name === nameOf(id))
}

/** Runs while no other tab does the same. */
export async function whileAlone(run: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request('carnet-uploads', run) : run())
}
