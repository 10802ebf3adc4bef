/**
 * For questions of what a change would do, or of what is there to be changed: asked each time that somebody is about
 * to decide, so that nothing rests on an answer from before, and not once more while the change is made. By then the
 * answer may be that it can't be made any longer.
 */
export const beforeChange = { staleTime: 'static', gcTime: 0 } as const
