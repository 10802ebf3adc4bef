/** Something that only the operator can mend. The message is one sentence for them; no stack is shown. */
export class StartError extends Error {
  override name = 'StartError'
}
