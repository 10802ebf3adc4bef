type Kept = 'theme' | 'language' | 'door' | 'files-view'

/** What this device remembers between visits; nothing where the browser refuses storage. */
export function recall(key: Kept): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function remember(key: Kept, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A choice that lasts for this visit is better than an error.
  }
}

/** Leaves nothing of a person's on this device: the next one to sign in here may be somebody else. */
export async function forgetPerson(): Promise<void> {
  try {
    localStorage.removeItem('door')
    for (const name of await caches.keys()) await caches.delete(name)
  } catch {
    // No storage, nothing to forget.
  }
}
