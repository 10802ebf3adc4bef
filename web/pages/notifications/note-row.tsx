import { Link } from 'wouter'
import type { Note } from '../../../core/api/inbox.ts'
import { useFormat, useT } from '../../i18n.ts'
import { cx } from '../../parts/class-names.ts'
import { useMe } from '../../session.ts'
import css from './notifications.module.css'

/** Where a note leads, in the door that one came by. */
function addressOf({ place }: Note, door: 'professional' | 'client'): string | null {
  if (!place) return null
  const { clientId, groupId, folderId, itemId } = place
  if (door === 'client') return folderId ? `/files/${folderId}` : '/files'
  const inside = new URLSearchParams({
    ...(folderId && { folder: folderId }),
    ...(itemId && { item: itemId }),
  })
  const record = clientId ? `/clients/${clientId}` : groupId && `/groups/${groupId}`
  return record && [record, inside].filter(String).join('?')
}

/** One thing that somebody was told: a sentence and its time. */
export function NoteRow({ note }: { note: Note }) {
  const t = useT()
  const format = useFormat()
  const { hat } = useMe()
  const { professional, company, client, group, item, details } = note
  const address = addressOf(note, hat?.kind ?? 'client')
  const sentence = t(`inbox_${note.kind}`, {
    ...details,
    professional: professional ?? '',
    company: company ?? '',
    client: client ?? '',
    group: group ?? '',
    item: item ?? '',
    whose: client ?? group ?? '',
  })
  return (
    <li className={cx(css.note, !note.read && css.unread)}>
      <span className={css.sentence}>
        {!note.read && <span className="visually-hidden">{t('notifications_new')} </span>}
        {address ? <Link href={address}>{sentence}</Link> : sentence}
      </span>
      <time dateTime={note.at} title={format.dateTime(note.at)} className={css.time}>
        {format.date(note.at)}
      </time>
    </li>
  )
}
