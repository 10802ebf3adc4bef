import { api } from '../../api.ts'

/** Kept for as long as the page, for when there is no network. */
export const myProfessionals = api.involvement.listMyProfessionals.queryOptions({
  gcTime: Number.POSITIVE_INFINITY,
})
