import { oc } from '@orpc/contract'
import { z } from 'zod'
import { administration } from './administration.ts'
import { involvement } from './involvement.ts'
import { lives } from './lives.ts'
import { people } from './people.ts'
import { Person } from './shapes.ts'

/** An operation by its name, with the input that it would be given. */
function by<Name extends string, Input extends z.ZodType>(
  operation: Name,
  procedure: { '~orpc': { inputSchema?: Input | undefined } },
) {
  return z.strictObject({ operation: z.literal(operation), input: procedure['~orpc'].inputSchema as Input })
}

/** The operations that change who reaches a client's, a group's or anybody's files. */
export const Change = z.discriminatedUnion('operation', [
  by('addStakeholder', involvement.addStakeholder),
  by('join', involvement.join),
  by('archiveStakeholder', involvement.archiveStakeholder),
  by('addMembers', people.addMembers),
  by('removeMember', people.removeMember),
  by('changeGroup', people.changeGroup),
  by('deleteGroup', people.deleteGroup),
  by('archiveClient', lives.archiveClient),
  by('restoreClient', lives.restoreClient),
  by('changeBranches', lives.changeBranches),
  by('changeProfessional', administration.changeProfessional),
  by('archiveProfessional', administration.archiveProfessional),
])
export type Change = z.infer<typeof Change>

/** Somebody to whom a change happens. */
const Touched = z.strictObject({
  ...Person.shape,
  /** So many clients and groups whose files they come to reach, or reach no longer. */
  spaces: z.number().int(),
  /** So many files that they come to see, or see no longer: of those that the caller sees. */
  files: z.number().int(),
})

export const Foreseen = z.strictObject({ gain: z.array(Touched), lose: z.array(Touched) })
export type Foreseen = z.infer<typeof Foreseen>

export const foresight = {
  foresee: oc
    .route({
      method: 'POST',
      path: '/foresight',
      summary:
        'Who would gain and who would lose access by an operation, without doing it; refused as it would be',
      tags: ['foresight'],
    })
    .input(z.strictObject({ change: Change }))
    .output(Foreseen),
}
