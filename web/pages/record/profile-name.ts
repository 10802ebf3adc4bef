import type { Profile } from '../../../core/profiles.ts'
import { type MessageKey, t } from '../../i18n.ts'

/** A profile in words. */
export function profileName(profile: Profile): string {
  return t(`record_profile_${profile}` satisfies MessageKey)
}
