/** What a professional may do in a company, by profile. Reach and visibility are decided in SQL. */
export const PROFILES = ['super_admin', 'branch_admin', 'manager', 'employee', 'read_only'] as const
export type Profile = (typeof PROFILES)[number]

const ABILITIES = {
  /** Reaches every client and group in scope, without being a stakeholder. */
  reachesScope: ['super_admin', 'branch_admin', 'manager'],
  createClients: ['super_admin', 'branch_admin', 'manager', 'employee'],
  createGroups: ['super_admin', 'branch_admin', 'manager'],
  manageStakeholders: ['super_admin', 'branch_admin', 'manager'],
  /** People and branches of the whole company or, for a branch admin, of the assigned branches. */
  administer: ['super_admin', 'branch_admin'],
  administerCompany: ['super_admin'],
  writeFiles: ['super_admin', 'branch_admin', 'manager', 'employee'],
} as const satisfies Record<string, readonly Profile[]>

export type Ability = keyof typeof ABILITIES

export function can(profile: Profile, ability: Ability): boolean {
  return (ABILITIES[ability] as readonly Profile[]).includes(profile)
}
