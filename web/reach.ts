import type { Person, Reach } from '../core/api/shapes.ts'
import type { Level } from '../core/visibility.ts'
import type { Format } from './format.ts'
import type { MessageKey, Translate } from './i18n.ts'

/** What it takes to say whom something reaches, in the reader's language. */
export interface Wording {
  t: Translate
  format: Format
  /** Whose files they are: a client's, who is one person, or a group's, who are members. */
  space: 'client' | 'group'
}

interface Difference {
  gain: readonly Person[]
  lose: readonly Person[]
}

/** What a change does to those who see files, and to those who see the folders above because of them. */
export interface Change extends Difference {
  folders: readonly (Difference & { name: string })[]
}

const MOST_NAMES = 6

/** Whom a level reaches, as a phrase that stands alone: "You, 3 colleagues and your client". */
export function describeReach(level: Level, reach: Reach, wording: Wording): string {
  const { t, format } = wording
  const parts = partsOf(reach, wording)
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

/** Who gains, who loses, and of which folders: a sentence each, warnings last. */
export function describeChange(
  { gain, lose, folders }: Change,
  wording: Wording,
): { text: string; tone: 'gain' | 'plain' | 'loss' }[] {
  const { t, format } = wording
  const sentence = (key: 'change_gain' | 'change_lose', people: readonly Person[]) => {
    const { who, names } = describePeople(people, wording)
    return capitalize(t(key, { who, names, count: people.length }), format)
  }
  const gained = gain.length > 0 && { text: sentence('change_gain', gain), tone: 'gain' as const }
  const shown = describeFolders('change_folders_shown', folders, 'gain', wording)
  const nobody = t(gained || shown.length > 0 ? 'change_lose_nobody' : 'change_nobody')
  const hidden = describeFolders('change_folders_hidden', folders, 'lose', wording)
  const lost = lose.length > 0 && { text: sentence('change_lose', lose), tone: 'loss' as const }
  return [
    gained,
    ...shown.map((text) => ({ text, tone: 'gain' as const })),
    lost || (hidden.length === 0 && { text: nobody, tone: 'plain' as const }),
    ...hidden.map((text) => ({ text, tone: 'loss' as const })),
  ].filter((said) => said !== false)
}

/** Whether a change does anything to anybody. */
export function changesSight({ gain, lose, folders }: Change): boolean {
  return gain.length + lose.length + folders.length > 0
}

/** The folders that the reader sees no longer. */
export function foldersLost({ folders }: Pick<Change, 'folders'>): { name: string }[] {
  return folders.filter(({ lose }) => lose.some(({ as }) => as === 'you'))
}

/** Folders that the same people come to see, or see no longer, in one sentence. */
function describeFolders(
  key: 'change_folders_shown' | 'change_folders_hidden',
  folders: Change['folders'],
  which: keyof Difference,
  wording: Wording,
): string[] {
  const { t, format } = wording
  const touched = folders.filter((folder) => folder[which].length > 0)
  return [...Map.groupBy(touched, (folder) => JSON.stringify(folder[which])).values()].map((alike) => {
    const { who, names } = describePeople(alike[0]?.[which] ?? [], wording)
    return t(key, {
      folders: format.list(alike.map(({ name }) => t('quoted', { name }))),
      whom: names ? t('change_whom', { who, names }) : who,
      count: alike.length,
    })
  })
}

/** "2 colleagues and your client", and their names in that order; of oneself, no name. */
function describePeople(people: readonly Person[], wording: Wording): { who: string; names: string } {
  const { t, format } = wording
  const named = (kind: Person['as']) => people.filter(({ as }) => as === kind).map(({ name }) => name)
  const professionals = named('professional')
  const reach: Reach = {
    you: named('you').length > 0,
    colleagues: named('colleague'),
    externals: named('external'),
    clients: named('client'),
    branch: null,
  }
  const parts = partsOf(reach, wording)
  if (professionals.length > 0) parts.push(t('reach_people', { count: professionals.length }))
  return { who: format.list(parts), names: listNames([...namesOf(reach), ...professionals], wording) }
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

function partsOf(reach: Reach, { t, space }: Wording): string[] {
  const count = (key: MessageKey, names: string[], branch = '') =>
    names.length > 0 && t(key, { count: names.length, branch })
  return [
    reach.you && t('reach_you'),
    reach.branch
      ? count('reach_colleagues_of', reach.colleagues, reach.branch)
      : count('reach_colleagues', reach.colleagues),
    count('reach_externals', reach.externals),
    space === 'group' ? count('reach_members', reach.clients) : reach.clients.length > 0 && t('reach_client'),
  ].filter((said) => said !== false)
}

function capitalize(text: string, { locale }: Format): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}
