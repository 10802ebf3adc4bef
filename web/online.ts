/** Calls `then` whenever the network has come back. Returns the end of it. */
export function onOnline(then: () => void): () => void {
  addEventListener('online', then)
  return () => removeEventListener('online', then)
}
