/**
 * For questions of what a change would do: asked each time that somebody is about to confirm it, and not once more
 * while it is made. By then the answer is that it can't be made any longer.
 */
export const beforeChange = { staleTime: 'static', gcTime: 0 } as const
