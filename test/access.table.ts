/**
 * Who may do what, as a coach can read it. A practice with two branches (Laval, where the client is followed, and
 * Québec), an outside professional, a client, and a group. Each cell is tried over HTTP.
 *
 *   own   sees it; renames, moves, changes its visibility, deletes; adds inside
 *   keep  own, but may not delete it: it holds somebody else's file
 *   add   sees it and adds inside; changes nothing
 *   see   sees it, changes nothing
 *   –     it does not exist
 */

/** A file that Olivia, an employee in Laval, added to her client's record. */
export const FILE = `
who                                              | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Olivia, who added it                             | own     | own       | own        | own            | own                    | own
colleague in Laval, involved                     | –       | see       | see        | –              | see                    | see
colleague in Québec, involved                    | –       | –         | see        | –              | see                    | see
colleague in Laval, read only, involved          | –       | see       | see        | –              | see                    | see
colleague in Laval, not involved                 | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder      | –       | –         | –          | –              | –                      | –
manager of Laval                                 | –       | see       | see        | –              | see                    | see
manager of Québec                                | –       | –         | –          | –              | –                      | –
branch admin of Laval                            | –       | see       | see        | –              | see                    | see
super admin                                      | –       | see       | see        | –              | see                    | see
external, involved                               | –       | –         | –          | –              | –                      | see
external, invited but not yet accepted           | –       | –         | –          | –              | –                      | –
super admin of the external's company            | –       | –         | –          | –              | –                      | –
the client                                       | –       | –         | –          | see            | see                    | see
another client                                   | –       | –         | –          | –              | –                      | –
`

/** A file that the client added: seen by all professionals involved, or by Olivia alone, as the client chose. */
export const CLIENT_FILE = `
who                                              | for all | for Olivia
Olivia, who added it                             | see     | see
colleague in Laval, involved                     | see     | –
colleague in Québec, involved                    | see     | –
colleague in Laval, read only, involved          | see     | –
colleague in Laval, not involved                 | –       | –
colleague in Laval, archived as stakeholder      | –       | –
manager of Laval                                 | see     | –
manager of Québec                                | –       | –
branch admin of Laval                            | see     | –
super admin                                      | see     | –
external, involved                               | see     | –
external, invited but not yet accepted           | –       | –
super admin of the external's company            | –       | –
the client                                       | own     | own
another client                                   | –       | –
`

/** A folder that Olivia made, by what lies inside it. */
export const FOLDER = `
who                                              | nothing | a file for me | a file for my branch | a file for me + my client | a file for everybody | a client's file for Olivia
Olivia, who added it                             | own     | own           | own                  | own                       | own                  | keep
colleague in Laval, involved                     | add     | add           | add                  | add                       | add                  | add
colleague in Québec, involved                    | add     | add           | add                  | add                       | add                  | add
colleague in Laval, read only, involved          | see     | see           | see                  | see                       | see                  | see
colleague in Laval, not involved                 | –       | –             | –                    | –                         | –                    | –
colleague in Laval, archived as stakeholder      | –       | –             | –                    | –                         | –                    | –
manager of Laval                                 | add     | add           | add                  | add                       | add                  | add
manager of Québec                                | –       | –             | –                    | –                         | –                    | –
branch admin of Laval                            | add     | add           | add                  | add                       | add                  | add
super admin                                      | add     | add           | add                  | add                       | add                  | add
external, involved                               | –       | –             | –                    | –                         | add                  | –
external, invited but not yet accepted           | –       | –             | –                    | –                         | –                    | –
super admin of the external's company            | –       | –             | –                    | –                         | –                    | –
the client                                       | –       | –             | –                    | add                       | add                  | add
another client                                   | –       | –             | –                    | –                         | –                    | –
`

/** A file that Olivia added to a group of Laval. Members only look; nobody outside the company is in a group. */
export const GROUP_FILE = `
who                                              | Just me | My branch | My company | Me + my client | My company + my client | Everybody
Olivia, who added it                             | own     | own       | own        | own            | own                    | own
colleague in Laval, involved                     | –       | see       | see        | –              | see                    | see
colleague in Québec, involved                    | –       | –         | see        | –              | see                    | see
colleague in Laval, read only, involved          | –       | see       | see        | –              | see                    | see
colleague in Laval, not involved                 | –       | –         | –          | –              | –                      | –
colleague in Laval, archived as stakeholder      | –       | –         | –          | –              | –                      | –
manager of Laval                                 | –       | see       | see        | –              | see                    | see
manager of Québec                                | –       | –         | –          | –              | –                      | –
branch admin of Laval                            | –       | see       | see        | –              | see                    | see
super admin                                      | –       | see       | see        | –              | see                    | see
external, involved                               | –       | –         | –          | –              | –                      | –
super admin of the external's company            | –       | –         | –          | –              | –                      | –
the client                                       | –       | –         | –          | see            | see                    | see
another client                                   | –       | –         | –          | –              | –                      | –
former member                                    | –       | –         | –          | –              | –                      | –
`
