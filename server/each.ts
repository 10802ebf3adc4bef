/** Does it for each in turn, and for the others where it fails for one. Rejects in the end with what failed first. */
export async function doEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  for (const one of all)
    await act(one).catch((error) => {
      failures.push(error)
    })
  if (failures.length > 0) throw failures[0]
}
