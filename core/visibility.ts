/** The six levels of visibility, in the order in which they are offered. Who sees what is decided in SQL. */
export const LEVELS = ['me', 'branch', 'company', 'me_client', 'company_client', 'everybody'] as const
export type Level = (typeof LEVELS)[number]

/** Whether the client is among those who see a professional's file of this level. */
const CLIENT_LEVELS = ['me_client', 'company_client', 'everybody'] as const satisfies readonly Level[]

export function includesClient(level: Level): boolean {
  return (CLIENT_LEVELS as readonly Level[]).includes(level)
}
