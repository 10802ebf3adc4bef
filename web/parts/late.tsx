import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

/**
 * A part of the app that is fetched when it is first shown, or ahead of that by its `fetch`; `waiting` stands in its
 * place until then. Not React's `lazy`, which fetched or not shows what waits first, and then nothing else for 300 ms.
 * Throws, at what stands around it, why it couldn't be fetched.
 */
export function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): ComponentType<Props> & { fetch: () => Promise<void> } {
  let Part: ComponentType<Props> | undefined
  async function fetch(): Promise<void> {
    Part = await load()
  }
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, where modules begin
  function Late(props: Props) {
    const [, setFetched] = useState(Part !== undefined)
    const [failure, setFailure] = useState<{ error: unknown }>()
    useEffect(() => {
      // It may have come since this was drawn.
      if (Part) setFetched(true)
      else
        fetch().then(
          () => setFetched(true),
          (error) => setFailure({ error }),
        )
    }, [])
    if (failure) throw failure.error
    return Part ? <Part {...props} /> : waiting
  }
  return Object.assign(Late, { fetch })
}
