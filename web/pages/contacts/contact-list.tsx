import { Users } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import type { Contact } from '../../../core/api/people.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar, AvatarStack } from '../../parts/avatar.tsx'
import { Icon } from '../../parts/icon.tsx'
import css from './contacts.module.css'

/** Rows that lead to the record of a client or to a group; more come as the end gets near. */
export function ContactList({
  contacts,
  more,
  onMore,
}: {
  contacts: readonly Contact[]
  more: boolean
  onMore: () => void
}) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const watched = end.current
    if (!more || !watched) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onMore()
      },
      { rootMargin: '600px' },
    )
    observer.observe(watched)
    return () => observer.disconnect()
  }, [more, onMore])
  return (
    <>
      <ul className={css.list}>
        {contacts.map((contact) => (
          <li key={contact.id}>
            <Row contact={contact} />
          </li>
        ))}
      </ul>
      <div ref={end} />
    </>
  )
}

function Row({ contact }: { contact: Contact }) {
  const t = useT()
  const format = useFormat()
  const { kind, id, name, branches, members, stakeholders, since } = contact
  const details = [
    ...(members === null ? [] : [t('contacts_members', { count: members })]),
    ...(branches.length > 0 ? [format.list(branches)] : []),
  ]
  return (
    <Link href={kind === 'client' ? `/clients/${id}` : `/groups/${id}`} className={css.row}>
      {kind === 'client' ? (
        <Avatar name={name} />
      ) : (
        <span className={css.well}>
          <Icon of={Users} />
        </span>
      )}
      <span className={css.words}>
        <span className={css.name}>{name}</span>
        <span className={css.detail}>{details.join(' · ')}</span>
      </span>
      {stakeholders.length > 0 && (
        <span className={css.people}>
          <AvatarStack names={stakeholders} />
        </span>
      )}
      <span className={css.since}>{t('contacts_since', { month: format.month(since) })}</span>
    </Link>
  )
}
