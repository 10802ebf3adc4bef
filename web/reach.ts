import type { Reach } from '../core/api/shapes.ts'
import type { Level } from '../core/visibility.ts'
import type { Format } from './format.ts'
import type { MessageKey, Translate } from './i18n.ts'

/** What it takes to say whom something reaches, in the reader's language. */
export interface Wording {
  t: Translate
  format: Format
  /** Whose files they are: a client's, who is one person, or a group's, who are members. */
  space: 'client' | 'group'
  /** Name of the branch that the level `branch` means, where it is known. */
  branch?: string | undefined
}

/** What a change does to those who see something; `before` and `after` tell colleagues from clients, if known. */
export interface Change {
  gain: readonly string[]
  lose: readonly string[]
  foldersHidden: readonly string[]
  before?: Reach | undefined
  after?: Reach | undefined
}

const MOST_NAMES = 6

/** Whom a level reaches, as a phrase that stands alone: "You, 3 colleagues and your client". */
export function describeReach(level: Level, reach: Reach, wording: Wording): string {
  const { t, format } = wording
  const parts = partsOf(reach, wording, level === 'branch')
  if (parts.length === 0) return t('reach_nobody')
  if (reach.you && parts.length === 1) return t(level === 'me' ? 'reach_only_you' : 'reach_only_you_yet')
  const who = format.list(parts)
  return level === 'everybody' ? t('reach_involved', { who }) : capitalize(who, format)
}

/** Who sees a file now, as a sentence: "You and your client see this file". */
export function describeViewers(reach: Reach, wording: Wording): string {
  const { t, format } = wording
  const parts = partsOf(reach, wording)
  if (reach.you && parts.length === 1) return t('viewer_seen_by_you')
  const count = (reach.you ? 1 : 0) + namesOf(reach).length
  return capitalize(t('viewer_seen_by', { who: format.list(parts), count }), format)
}

/** Who gains, who loses, and which folders the client loses with it: a sentence each, warnings last. */
export function describeChange(
  change: Change,
  wording: Wording,
): { text: string; tone: 'gain' | 'plain' | 'loss' }[] {
  const { t, format, space } = wording
  const { gain, lose, foldersHidden, before, after } = change
  const sentence = (key: 'change_gain' | 'change_lose', names: readonly string[], among?: Reach) => {
    const told = among && part(among, names)
    const who = told ? format.list(partsOf(told, wording)) : t('reach_people', { count: names.length })
    const inOrder = told ? namesOf(told) : names
    return capitalize(t(key, { who, names: listNames(inOrder, wording), count: names.length }), format)
  }
  const gained = gain.length > 0 && { text: sentence('change_gain', gain, after), tone: 'gain' as const }
  const lost =
    lose.length > 0
      ? { text: sentence('change_lose', lose, before), tone: 'loss' as const }
      : { text: t(gained ? 'change_lose_nobody' : 'change_nobody'), tone: 'plain' as const }
  const hidden = foldersHidden.length > 0 && {
    text: t(space === 'group' ? 'change_folders_hidden_group' : 'change_folders_hidden', {
      folders: format.list(foldersHidden.map((name) => t('quoted', { name }))),
      count: foldersHidden.length,
    }),
    tone: 'loss' as const,
  }
  return [gained, lost, hidden].filter((said) => said !== false)
}

/** A few names, and how many others: "A, B, C, D, E and 7 others". */
export function listNames(names: readonly string[], { t, format }: Pick<Wording, 't' | 'format'>): string {
  if (names.length <= MOST_NAMES) return format.list(names)
  const shown = names.slice(0, MOST_NAMES - 1)
  return format.list([...shown, t('names_others', { count: names.length - shown.length })])
}

/** Everybody reached but the caller. */
export function namesOf({ colleagues, externals, clients }: Reach): string[] {
  return [...colleagues, ...externals, ...clients]
}

function partsOf(reach: Reach, { t, space, branch }: Wording, ofBranch = false): string[] {
  const count = (key: MessageKey, names: string[]) =>
    names.length > 0 && t(key, { count: names.length, branch: branch ?? '' })
  const branchColleagues = branch ? 'reach_colleagues_of' : 'reach_colleagues_branch'
  return [
    reach.you && t('reach_you'),
    count(ofBranch ? branchColleagues : 'reach_colleagues', reach.colleagues),
    count('reach_externals', reach.externals),
    space === 'group' ? count('reach_members', reach.clients) : reach.clients.length > 0 && t('reach_client'),
  ].filter((said) => said !== false)
}

/** Of a reach, those who bear the names; two people of one name count as often as it is given. */
function part(reach: Reach, names: readonly string[]): Reach {
  const left = [...names]
  const take = (all: readonly string[]) =>
    all.filter((name) => {
      const at = left.indexOf(name)
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
  return {
    you: false,
    colleagues: take(reach.colleagues),
    externals: take(reach.externals),
    clients: take(reach.clients),
  }
}

function capitalize(text: string, { locale }: Format): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}
