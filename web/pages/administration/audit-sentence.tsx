import { Fragment } from 'react'
import type { AuditEntry } from '../../../core/api/audit.ts'
import { FORMER_MEMBER } from '../../../core/names.ts'
import type { Profile } from '../../../core/profiles.ts'
import type { Level } from '../../../core/visibility.ts'
import { isMessageKey, type MessageKey, type Translate, useT } from '../../i18n.ts'
import { LEVEL_NAMES } from '../../parts/level-badge.tsx'
import { profileName } from '../record/profile-name.ts'

type Named = { name: string | null } | null

/** What an entry says, in a sentence; names stand out. */
export function AuditSentence({ entry }: { entry: AuditEntry }) {
  const t = useT()
  const words: Record<string, string> = {
    who: whoOf(t, entry),
    item: itemOf(t, entry),
    client: clientOf(t, entry.client),
    group: entry.group?.name ?? t('audit_a_group'),
    whose: entry.client ? clientOf(t, entry.client) : (entry.group?.name ?? t('audit_a_group')),
    person: personOf(t, entry.person),
  }
  // Each placeholder is filled with a mark, where the sentence is cut.
  const marks = Object.fromEntries(Object.keys(words).map((name) => [name, `${MARK}${name}${MARK}`]))
  const parts = t(keyOf(entry), marks).split(MARK)
  const isHidden = (part: string) => part === 'item' && entry.item?.name === null
  return (
    <p>
      {parts.map((part, place) => {
        const word = place % 2 === 0 ? part : (words[part] ?? '')
        const said =
          place === 1 && parts[0] === '' ? word.charAt(0).toLocaleUpperCase() + word.slice(1) : word
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no other name
        return <Fragment key={place}>{place % 2 === 0 || isHidden(part) ? said : <b>{said}</b>}</Fragment>
      })}
    </p>
  )
}

const MARK = '\u0001'

function keyOf({ action, by, person }: AuditEntry): MessageKey {
  const own = `audit_action_${action}_self`
  if (person && by?.id === person.id && isMessageKey(own)) return own
  const key = `audit_action_${action}`
  return isMessageKey(key) ? key : 'audit_action_unknown'
}

/** What stands below the sentence: what was changed into what, why, in whose files, and from where. */
export function detailsOf(t: Translate, entry: AuditEntry): string[] {
  const { details, item, client, group, address } = entry
  return [
    changeOf(t, entry),
    typeof details.reason === 'string' && t('audit_reason', { reason: details.reason }),
    ...(item ? [client?.name, group?.name] : []),
    address && t('audit_at_address', { address }),
  ].filter((part) => typeof part === 'string' && part !== '') as string[]
}

function changeOf(t: Translate, { action, item, details }: AuditEntry): string | null {
  if (action === 'audience_changed' && item?.name) {
    return t(Array.isArray(details.to) ? 'audit_audience_chosen' : 'audit_audience_all')
  }
  const inWords = (value: unknown) => {
    if (typeof value !== 'string') return null
    if (action === 'level_changed') return t(LEVEL_NAMES[value as Level])
    return action === 'professional_changed' ? profileName(value as Profile) : value
  }
  const [from, to] = [inWords(details.from), inWords(details.to ?? details.name)]
  if (from && to) return from === to ? null : t('audit_change', { from, to })
  if (from) return t('audit_before', { name: from })
  return to && action === 'item_moved' ? t('audit_into', { to }) : to
}

function whoOf(t: Translate, { by }: AuditEntry): string {
  if (!by) return t('audit_software')
  return by.kind === 'client' ? clientOf(t, by) : personOf(t, by)
}

function personOf(t: Translate, person: Named): string {
  if (person?.name === FORMER_MEMBER) return t('audit_former')
  return person?.name ?? t('audit_somebody')
}

function clientOf(t: Translate, client: Named): string {
  if (client?.name === FORMER_MEMBER) return t('audit_former')
  return client?.name ?? t('audit_a_client')
}

function itemOf(t: Translate, { item }: AuditEntry): string {
  if (!item) return ''
  const folder = item.kind === 'folder'
  if (item.name === null) return t(folder ? 'audit_hidden_folder' : 'audit_hidden_file')
  return t(folder ? 'audit_named_folder' : 'audit_named', { name: item.name })
}
