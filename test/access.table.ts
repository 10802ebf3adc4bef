import { PROFILES, type Profile } from '../core/profiles.ts'

/**
 * Who may do what, as a coach can read it. A practice has two branches, Laval, where the client is followed, and
 * Québec; externals are of another company. Each row holds for each profile that it names. Tests try each cell
 * over HTTP; docs/access.md is made from this.
 */

/** What a cell may say. */
export const WORDS = {
  own: 'sees it; renames, moves, changes its visibility, deletes; adds inside a folder',
  keep: 'the same, but may not delete it, since it holds somebody else’s file',
  add: 'sees it and adds inside; changes nothing',
  see: 'sees it, changes nothing',
  '–': 'it does not exist for them: the answer is the same as for something that never was',
} as const
export type Word = keyof typeof WORDS

export type Table = { title: string; lead: string; cells: string }
export type Kind = keyof typeof TABLES

export const TABLES = {
  file: {
    title: 'A file in a client’s record',
    lead: 'Olivia added it. Each column is a level of visibility.',
    cells: `
who                                          | profile                                      | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Olivia                                       | super admin, branch admin, manager, employee | own     | own       | own        | own            | own                    | own
                                             | read only                                    | see     | see       | see        | see            | see                    | see
Olivia, archived as stakeholder              | super admin, branch admin, manager           | own     | own       | own        | own            | own                    | own
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Laval, involved                 | any                                          | –       | see       | see        | –              | see                    | see
colleague in Québec, involved                | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | see        | –              | see                    | see
colleague in Laval, not involved             | super admin, branch admin, manager           | –       | see       | see        | –              | see                    | see
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Québec, not involved            | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager           | –       | see       | see        | –              | see                    | see
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Québec, archived as stakeholder | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | –          | –              | –                      | –
external, involved                           | any                                          | –       | –         | –          | –              | –                      | see
external, invited, not yet accepted          | any                                          | –       | –         | –          | –              | –                      | –
external, archived as stakeholder            | any                                          | –       | –         | –          | –              | –                      | –
external, not involved                       | any                                          | –       | –         | –          | –              | –                      | –
the client                                   |                                              | –       | –         | –          | see            | see                    | see
another client in the group                  |                                              | –       | –         | –          | –              | –                      | –
former member of the group                   |                                              | –       | –         | –          | –              | –                      | –
another client of the practice               |                                              | –       | –         | –          | –              | –                      | –
client of another practice                   |                                              | –       | –         | –          | –              | –                      | –`,
  },
  folder: {
    title: 'A folder in a client’s record',
    lead: 'Olivia made it. Each column is what lies inside it.',
    cells: `
who                                          | profile                                      | nothing | a file for me | a file for my branch | a file for my company | a file for me + my client | a file for my company + my client | a file for everybody | a client's file for all | a client's file for Olivia
Olivia                                       | super admin, branch admin, manager, employee | own     | own           | own                  | own                   | own                       | own                               | own                  | keep                    | keep
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see                  | see                     | see
Olivia, archived as stakeholder              | super admin, branch admin, manager           | own     | own           | own                  | own                   | own                       | own                               | own                  | keep                    | keep
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
colleague in Laval, involved                 | super admin, branch admin, manager, employee | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see                  | see                     | see
colleague in Québec, involved                | super admin, branch admin, manager, employee | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see                  | see                     | see
colleague in Laval, not involved             | super admin, branch admin, manager           | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
colleague in Québec, not involved            | super admin                                  | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | branch admin, manager, employee, read only   | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager           | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
colleague in Québec, archived as stakeholder | super admin                                  | add     | add           | add                  | add                   | add                       | add                               | add                  | add                     | add
                                             | branch admin, manager, employee, read only   | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
external, involved                           | super admin, branch admin, manager, employee | –       | –             | –                    | –                     | –                         | –                                 | add                  | add                     | –
                                             | read only                                    | –       | –             | –                    | –                     | –                         | –                                 | see                  | see                     | –
external, invited, not yet accepted          | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
external, archived as stakeholder            | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
external, not involved                       | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
the client                                   |                                              | –       | –             | –                    | –                     | add                       | add                               | add                  | add                     | add
another client in the group                  |                                              | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
former member of the group                   |                                              | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
another client of the practice               |                                              | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –
client of another practice                   |                                              | –       | –             | –                    | –                     | –                         | –                                 | –                    | –                       | –`,
  },
  clientFile: {
    title: 'A file that the client added',
    lead: 'Seen by all professionals involved, or by Olivia alone, as the client chose.',
    cells: `
who                                          | profile                                    | for all | for Olivia
Olivia                                       | any                                        | see     | see
Olivia, archived as stakeholder              | super admin, branch admin, manager         | see     | see
                                             | employee, read only                        | –       | –
colleague in Laval, involved                 | any                                        | see     | –
colleague in Québec, involved                | any                                        | see     | –
colleague in Laval, not involved             | super admin, branch admin, manager         | see     | –
                                             | employee, read only                        | –       | –
colleague in Québec, not involved            | super admin                                | see     | –
                                             | branch admin, manager, employee, read only | –       | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager         | see     | –
                                             | employee, read only                        | –       | –
colleague in Québec, archived as stakeholder | super admin                                | see     | –
                                             | branch admin, manager, employee, read only | –       | –
external, involved                           | any                                        | see     | –
external, invited, not yet accepted          | any                                        | –       | –
external, archived as stakeholder            | any                                        | –       | –
external, not involved                       | any                                        | –       | –
the client                                   |                                            | own     | own
another client in the group                  |                                            | –       | –
former member of the group                   |                                            | –       | –
another client of the practice               |                                            | –       | –
client of another practice                   |                                            | –       | –`,
  },
  externalFile: {
    title: 'A file that an external added',
    lead: 'Xavier, of another company, added it to the same record. “My company” and “my branch” are his.',
    cells: `
who                                          | profile                                    | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Xavier                                       | employee                                   | own     | own       | own        | own            | own                    | own
Xavier, archived as stakeholder              | employee                                   | –       | –         | –          | –              | –                      | –
Olivia                                       | any                                        | –       | –         | –          | –              | –                      | see
Olivia, archived as stakeholder              | super admin, branch admin, manager         | –       | –         | –          | –              | –                      | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Laval, involved                 | any                                        | –       | –         | –          | –              | –                      | see
colleague in Québec, involved                | any                                        | –       | –         | –          | –              | –                      | see
colleague in Laval, not involved             | super admin, branch admin, manager         | –       | –         | –          | –              | –                      | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Québec, not involved            | super admin                                | –       | –         | –          | –              | –                      | see
                                             | branch admin, manager, employee, read only | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager         | –       | –         | –          | –              | –                      | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Québec, archived as stakeholder | super admin                                | –       | –         | –          | –              | –                      | see
                                             | branch admin, manager, employee, read only | –       | –         | –          | –              | –                      | –
external, involved                           | any                                        | –       | see       | see        | –              | see                    | see
external, invited, not yet accepted          | any                                        | –       | –         | –          | –              | –                      | –
external, archived as stakeholder            | any                                        | –       | –         | –          | –              | –                      | –
external, not involved                       | any                                        | –       | –         | –          | –              | –                      | –
the client                                   |                                            | –       | –         | –          | see            | see                    | see
another client in the group                  |                                            | –       | –         | –          | –              | –                      | –
former member of the group                   |                                            | –       | –         | –          | –              | –                      | –
another client of the practice               |                                            | –       | –         | –          | –              | –                      | –
client of another practice                   |                                            | –       | –         | –          | –              | –                      | –`,
  },
  groupFile: {
    title: 'A file in a group',
    lead: 'Olivia added it to a group of Laval. Members look; they don’t learn that there is a group. No external is in it.',
    cells: `
who                                          | profile                                      | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Olivia                                       | super admin, branch admin, manager, employee | own     | own       | own        | own            | own                    | own
                                             | read only                                    | see     | see       | see        | see            | see                    | see
Olivia, archived as stakeholder              | super admin, branch admin, manager           | own     | own       | own        | own            | own                    | own
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Laval, involved                 | any                                          | –       | see       | see        | –              | see                    | see
colleague in Québec, involved                | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | see        | –              | see                    | see
colleague in Laval, not involved             | super admin, branch admin, manager           | –       | see       | see        | –              | see                    | see
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Québec, not involved            | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager           | –       | see       | see        | –              | see                    | see
                                             | employee, read only                          | –       | –         | –          | –              | –                      | –
colleague in Québec, archived as stakeholder | super admin                                  | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only   | –       | –         | –          | –              | –                      | –
external, involved                           | any                                          | –       | –         | –          | –              | –                      | –
external, invited, not yet accepted          | any                                          | –       | –         | –          | –              | –                      | –
external, archived as stakeholder            | any                                          | –       | –         | –          | –              | –                      | –
external, not involved                       | any                                          | –       | –         | –          | –              | –                      | –
the client                                   |                                              | –       | –         | –          | see            | see                    | see
another client in the group                  |                                              | –       | –         | –          | see            | see                    | see
former member of the group                   |                                              | –       | –         | –          | –              | –                      | –
another client of the practice               |                                              | –       | –         | –          | –              | –                      | –
client of another practice                   |                                              | –       | –         | –          | –              | –                      | –`,
  },
  groupFolder: {
    title: 'A folder in a group',
    lead: 'Olivia made it. Each column is what lies inside it.',
    cells: `
who                                          | profile                                      | nothing | a file for me | a file for my branch | a file for my company | a file for me + my client | a file for my company + my client | a file for everybody
Olivia                                       | super admin, branch admin, manager, employee | own     | own           | own                  | own                   | own                       | own                               | own
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see
Olivia, archived as stakeholder              | super admin, branch admin, manager           | own     | own           | own                  | own                   | own                       | own                               | own
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –
colleague in Laval, involved                 | super admin, branch admin, manager, employee | add     | add           | add                  | add                   | add                       | add                               | add
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see
colleague in Québec, involved                | super admin, branch admin, manager, employee | add     | add           | add                  | add                   | add                       | add                               | add
                                             | read only                                    | see     | see           | see                  | see                   | see                       | see                               | see
colleague in Laval, not involved             | super admin, branch admin, manager           | add     | add           | add                  | add                   | add                       | add                               | add
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –
colleague in Québec, not involved            | super admin                                  | add     | add           | add                  | add                   | add                       | add                               | add
                                             | branch admin, manager, employee, read only   | –       | –             | –                    | –                     | –                         | –                                 | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager           | add     | add           | add                  | add                   | add                       | add                               | add
                                             | employee, read only                          | –       | –             | –                    | –                     | –                         | –                                 | –
colleague in Québec, archived as stakeholder | super admin                                  | add     | add           | add                  | add                   | add                       | add                               | add
                                             | branch admin, manager, employee, read only   | –       | –             | –                    | –                     | –                         | –                                 | –
external, involved                           | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –
external, invited, not yet accepted          | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –
external, archived as stakeholder            | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –
external, not involved                       | any                                          | –       | –             | –                    | –                     | –                         | –                                 | –
the client                                   |                                              | –       | –             | –                    | –                     | see                       | see                               | see
another client in the group                  |                                              | –       | –             | –                    | –                     | see                       | see                               | see
former member of the group                   |                                              | –       | –             | –                    | –                     | –                         | –                                 | –
another client of the practice               |                                              | –       | –             | –                    | –                     | –                         | –                                 | –
client of another practice                   |                                              | –       | –             | –                    | –                     | –                         | –                                 | –`,
  },
  protectedFile: {
    title: 'A result',
    lead: 'The software filed it: protected. Its level counts from Olivia, who sent it; nobody owns it, nobody alters it.',
    cells: `
who                                          | profile                                    | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Olivia                                       | any                                        | see     | see       | see        | see            | see                    | see
Olivia, archived as stakeholder              | super admin, branch admin, manager         | see     | see       | see        | see            | see                    | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Laval, involved                 | any                                        | –       | see       | see        | –              | see                    | see
colleague in Québec, involved                | super admin                                | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only | –       | –         | see        | –              | see                    | see
colleague in Laval, not involved             | super admin, branch admin, manager         | –       | see       | see        | –              | see                    | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Québec, not involved            | super admin                                | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager         | –       | see       | see        | –              | see                    | see
                                             | employee, read only                        | –       | –         | –          | –              | –                      | –
colleague in Québec, archived as stakeholder | super admin                                | –       | see       | see        | –              | see                    | see
                                             | branch admin, manager, employee, read only | –       | –         | –          | –              | –                      | –
external, involved                           | any                                        | –       | –         | –          | –              | –                      | see
external, invited, not yet accepted          | any                                        | –       | –         | –          | –              | –                      | –
external, archived as stakeholder            | any                                        | –       | –         | –          | –              | –                      | –
external, not involved                       | any                                        | –       | –         | –          | –              | –                      | –
the client                                   |                                            | –       | –         | –          | see            | see                    | see
another client in the group                  |                                            | –       | –         | –          | –              | –                      | –
former member of the group                   |                                            | –       | –         | –          | –              | –                      | –
another client of the practice               |                                            | –       | –         | –          | –              | –                      | –
client of another practice                   |                                            | –       | –         | –          | –              | –                      | –`,
  },
  protectedFolder: {
    title: 'A folder of results',
    lead: 'The software made it: protected. Each column is what lies inside it.',
    cells: `
who                                          | profile                                    | nothing | a result for me | a result for my branch | a result for my company | a result for me + my client | a result for my company + my client | a result for everybody
Olivia                                       | any                                        | see     | see             | see                    | see                     | see                         | see                                 | see
Olivia, archived as stakeholder              | super admin, branch admin, manager         | see     | see             | see                    | see                     | see                         | see                                 | see
                                             | employee, read only                        | –       | –               | –                      | –                       | –                           | –                                   | –
colleague in Laval, involved                 | any                                        | see     | see             | see                    | see                     | see                         | see                                 | see
colleague in Québec, involved                | any                                        | see     | see             | see                    | see                     | see                         | see                                 | see
colleague in Laval, not involved             | super admin, branch admin, manager         | see     | see             | see                    | see                     | see                         | see                                 | see
                                             | employee, read only                        | –       | –               | –                      | –                       | –                           | –                                   | –
colleague in Québec, not involved            | super admin                                | see     | see             | see                    | see                     | see                         | see                                 | see
                                             | branch admin, manager, employee, read only | –       | –               | –                      | –                       | –                           | –                                   | –
colleague in Laval, archived as stakeholder  | super admin, branch admin, manager         | see     | see             | see                    | see                     | see                         | see                                 | see
                                             | employee, read only                        | –       | –               | –                      | –                       | –                           | –                                   | –
colleague in Québec, archived as stakeholder | super admin                                | see     | see             | see                    | see                     | see                         | see                                 | see
                                             | branch admin, manager, employee, read only | –       | –               | –                      | –                       | –                           | –                                   | –
external, involved                           | any                                        | –       | –               | –                      | –                       | –                           | –                                   | see
external, invited, not yet accepted          | any                                        | –       | –               | –                      | –                       | –                           | –                                   | –
external, archived as stakeholder            | any                                        | –       | –               | –                      | –                       | –                           | –                                   | –
external, not involved                       | any                                        | –       | –               | –                      | –                       | –                           | –                                   | –
the client                                   |                                            | –       | –               | –                      | –                       | see                         | see                                 | see
another client in the group                  |                                            | –       | –               | –                      | –                       | –                           | –                                   | –
former member of the group                   |                                            | –       | –               | –                      | –                       | –                           | –                                   | –
another client of the practice               |                                            | –       | –               | –                      | –                       | –                           | –                                   | –
client of another practice                   |                                            | –       | –               | –                      | –                       | –                           | –                                   | –`,
  },
} as const satisfies Record<string, Table>

/** Administrators may become the owner of what a colleague made, whether they see it or not, giving a reason. */
export const TAKING_OVER = {
  title: 'Taking over',
  lead: 'Who may become the owner of an item, in a client’s record or in a group, giving a reason.',
  cells: `
who                                          | profile                                    | what Olivia made | what Xavier made | what the client or the software made
Olivia                                       | any                                        | –                | –                | –
Olivia, archived as stakeholder              | any                                        | –                | –                | –
colleague in Laval, involved                 | super admin, branch admin                  | yes              | –                | –
                                             | manager, employee, read only               | –                | –                | –
colleague in Québec, involved                | super admin                                | yes              | –                | –
                                             | branch admin, manager, employee, read only | –                | –                | –
colleague in Laval, not involved             | super admin, branch admin                  | yes              | –                | –
                                             | manager, employee, read only               | –                | –                | –
colleague in Québec, not involved            | super admin                                | yes              | –                | –
                                             | branch admin, manager, employee, read only | –                | –                | –
colleague in Laval, archived as stakeholder  | super admin, branch admin                  | yes              | –                | –
                                             | manager, employee, read only               | –                | –                | –
colleague in Québec, archived as stakeholder | super admin                                | yes              | –                | –
                                             | branch admin, manager, employee, read only | –                | –                | –
external, involved                           | super admin                                | –                | yes              | –
                                             | branch admin, manager, employee, read only | –                | –                | –
external, invited, not yet accepted          | any                                        | –                | –                | –
external, archived as stakeholder            | any                                        | –                | –                | –
external, not involved                       | any                                        | –                | –                | –
Xavier                                       | employee                                   | –                | –                | –
Xavier, archived as stakeholder              | employee                                   | –                | –                | –
the client                                   |                                            | –                | –                | –
another client in the group                  |                                            | –                | –                | –
former member of the group                   |                                            | –                | –                | –
another client of the practice               |                                            | –                | –                | –
client of another practice                   |                                            | –                | –                | –`,
} satisfies Table

/** One cell: whether `who`, with this profile (a client has none), may do what the word says with the thing in the column. */
export type Cell = { who: string; profile: Profile | null; column: string; word: Word | 'yes' }

/** Rows as they are written, blank names filled in. */
export function readRows({ cells }: Table): {
  columns: string[]
  rows: [who: string, profile: string, words: string[]][]
} {
  const [head = [], ...lines] = cells
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  let last = ''
  const rows = lines.map(([who, profile = '', ...words]): [string, string, string[]] => {
    last = who || last
    return [last, profile, words]
  })
  return { columns: head.slice(2), rows }
}

/** Every cell, a row that holds for several profiles taken apart. @throws on what isn’t a profile or a word */
export function readCells(table: Table): Cell[] {
  const { columns, rows } = readRows(table)
  return rows.flatMap(([who, profile, words]) => {
    if (words.length !== columns.length) throw new Error(`${who}: as many words as columns`)
    return profilesOf(profile).flatMap((one) =>
      columns.map((column, i) => {
        const word = words[i] ?? ''
        if (!isWord(word)) throw new Error(`${who} × ${column}: ${word}`)
        return { who, profile: one, column, word }
      }),
    )
  })
}

/** Whether somebody may take over what stands in a table of this kind. */
export function mayTakeOver({ who, profile, kind }: Cell & { kind: Kind }): boolean {
  const makers: Partial<Record<Kind, string>> = {
    externalFile: 'Xavier',
    protectedFile: '',
    protectedFolder: '',
    clientFile: '',
  }
  const made = `what ${makers[kind] ?? 'Olivia'} made`
  return readCells(TAKING_OVER).some(
    (one) => one.word === 'yes' && one.who === who && one.profile === profile && one.column === made,
  )
}

function isWord(text: string): text is Cell['word'] {
  return text in WORDS || text === 'yes'
}

function profilesOf(cell: string): (Profile | null)[] {
  if (cell === '') return [null]
  if (cell === 'any') return [...PROFILES]
  return cell.split(', ').map((word) => {
    const profile = PROFILES.find((one) => one.replace('_', ' ') === word)
    if (!profile) throw new Error(`${word} is no profile`)
    return profile
  })
}
