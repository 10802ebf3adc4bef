import { useQuery } from '@tanstack/react-query'
import { Ellipsis, FileUser, UserPlus, UserRoundCheck } from 'lucide-react'
import { useState } from 'react'
import type { Colleague, Invited } from '../../../core/api/administration.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button, IconButton } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { cx } from '../../parts/class-names.ts'
import { failureOf } from '../../parts/failure.tsx'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { profileName } from '../record/profile-name.ts'
import css from '../record/record.module.css'
import own from './administration.module.css'
import { ColleagueDialog } from './colleague-dialog.tsx'
import { TakeOverFilesDialog } from './take-over-files-dialog.tsx'
import { TransferDialog } from './transfer-dialog.tsx'

type Act = 'change' | 'leave' | 'takeOver'
type Doing = { what: 'invite' } | { what: Act; one: Colleague }

/** The professionals whom one administers, and those invited. */
export function People() {
  const t = useT()
  const list = useQuery(api.administration.listProfessionals.queryOptions())
  const [doing, setDoing] = useState<Doing | null>(null)
  const failure = failureOf(list)
  if (failure) return failure
  if (!list.data) return <Skeleton />
  const { professionals, invited, may } = list.data
  const close = () => setDoing(null)
  return (
    <section className={css.tab}>
      <div className={css.bar}>
        <Button look="primary" icon={UserPlus} onClick={() => setDoing({ what: 'invite' })}>
          {t('admin_invite')}
        </Button>
      </div>
      {invited.length > 0 && (
        <ul className={css.people} aria-label={t('admin_invited')}>
          {invited.map((one) => (
            <InvitedRow key={one.id} one={one} />
          ))}
        </ul>
      )}
      <ul className={css.people} aria-label={t('admin_people')}>
        {professionals.map((one) => (
          <Row key={one.id} one={one} onDo={(what) => setDoing({ what, one })} />
        ))}
      </ul>
      {doing?.what === 'invite' && <ColleagueDialog may={may} onClose={close} />}
      {doing?.what === 'change' && <ColleagueDialog may={may} one={doing.one} onClose={close} />}
      {doing?.what === 'leave' && (
        <TransferDialog one={doing.one} professionals={professionals} onClose={close} />
      )}
      {doing?.what === 'takeOver' && <TakeOverFilesDialog one={doing.one} onClose={close} />}
    </section>
  )
}

function Row({ one, onDo }: { one: Colleague; onDo: (what: Act) => void }) {
  const t = useT()
  return (
    <li className={cx(css.person, own.row)}>
      <Avatar name={one.name} />
      <span className={css.words}>
        <span className={css.name}>
          {one.name}
          {one.you && <span className={css.detail}> ({t('record_you')})</span>}
          {one.archived && <Chip>{t('admin_archived')}</Chip>}
        </span>
        <Details of={one} />
      </span>
      <span className={own.actions}>
        {one.can.change && (
          <Button
            look="quiet"
            onClick={() => onDo('change')}
            aria-label={t('of_name', { what: t('admin_change'), name: one.name })}
          >
            {t('admin_change')}
          </Button>
        )}
        {one.can.archive && (
          <Button
            look="quiet"
            onClick={() => onDo('leave')}
            aria-label={t('of_name', { what: t('record_archive'), name: one.name })}
          >
            {t('record_archive')}
          </Button>
        )}
        {one.can.takeOver && (
          <Menu
            label={t('admin_more_of', { name: one.name })}
            trigger={<IconButton icon={Ellipsis} label={t('admin_more_of', { name: one.name })} />}
          >
            {one.archived && one.can.handOver && (
              <MenuItem icon={UserRoundCheck} onAction={() => onDo('leave')}>
                {t('admin_transfer')}
              </MenuItem>
            )}
            <MenuItem icon={FileUser} onAction={() => onDo('takeOver')}>
              {t('take_over_files')}
            </MenuItem>
          </Menu>
        )}
      </span>
    </li>
  )
}

function InvitedRow({ one }: { one: Invited }) {
  const t = useT()
  const format = useFormat()
  const { id: invitationId, name, email } = one

  async function again(): Promise<void> {
    await api.administration.inviteAgain.call({ invitationId })
    toast({ text: t('admin_joined_hint', { email }) })
  }

  async function withdraw(): Promise<void> {
    await api.administration.withdrawInvitation.call({ invitationId })
    toast({ text: t('admin_withdrawn') })
    await queries.invalidateQueries({ queryKey: api.administration.key() })
  }

  return (
    <li className={cx(css.person, own.row)}>
      <Avatar name={name} />
      <span className={css.words}>
        <span className={css.name}>
          {name}
          <Chip accent>{t('admin_invited')}</Chip>
        </span>
        <Details of={one} />
        <span className={css.detail}>{t('admin_invited_on', { date: format.date(one.since) })}</span>
      </span>
      {one.can.change && (
        <span className={own.actions}>
          <Button
            look="quiet"
            onClick={() => attempt(again())}
            aria-label={t('of_name', { what: t('record_invite'), name })}
          >
            {t('record_invite')}
          </Button>
          <Button
            look="quiet"
            onClick={() => attempt(withdraw())}
            aria-label={t('of_name', { what: t('admin_withdraw'), name })}
          >
            {t('admin_withdraw')}
          </Button>
        </span>
      )}
    </li>
  )
}

function Details({ of }: { of: Pick<Colleague, 'profile' | 'branches' | 'email'> }) {
  const format = useFormat()
  const parts = [
    profileName(of.profile),
    ...(of.branches.length > 0 ? [format.list(of.branches.map(({ name }) => name))] : []),
    ...(of.email ? [of.email] : []),
  ]
  return <span className={css.detail}>{parts.join(' · ')}</span>
}
