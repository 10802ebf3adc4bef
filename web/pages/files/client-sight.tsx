import { useMutation, useQuery } from '@tanstack/react-query'
import { Eye, EyeOff, Mail, RotateCcw } from 'lucide-react'
import { Link } from 'wouter'
import type { ClientSight as Told } from '../../../core/api/people.ts'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LEVEL_NAMES } from '../../parts/level-badge.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { listNames } from '../../reach.ts'
import { changeLevel } from './changes.ts'
import css from './client-sight.module.css'

type Cause<Code> = Extract<Told['causes'][number], { code: Code }>

/** Whether the client, or the members, see an item; if not, why, with the press that mends it or whom to ask. */
export function ClientSight({ item, space }: { item: Item; space: 'client' | 'group' }) {
  const t = useT()
  const sight = useQuery(
    api.people.readClientSight.queryOptions({ input: { itemId: item.id }, staleTime: 0 }),
  )
  const failure = failureOf(sight)
  if (failure) return failure
  const { data } = sight
  if (!data) return <Skeleton rows={1} />
  const mended = () => void queries.invalidateQueries()
  return (
    <div role="status" className={css.sight}>
      {data.causes.length === 0 && (
        <p className={css.sees}>
          <Icon of={Eye} />
          {t(space === 'group' ? 'client_sight_yes_group' : 'client_sight_yes')}
        </p>
      )}
      {data.causes.map((cause) => (
        <section key={cause.code === 'app' ? cause.app : cause.code} className={css.cause}>
          <Icon of={EyeOff} className={css.icon} />
          {cause.code === 'level' ? (
            <ByLevel item={item} space={space} cause={cause} onMended={mended} />
          ) : cause.code === 'app' ? (
            <ByApp cause={cause} onMended={mended} />
          ) : cause.code === 'no_members' ? (
            <>
              <p>{t('client_sight_no_members')}</p>
              {cause.mend && (
                <ButtonLink href={`/groups/${cause.mend}/members`}>{t('group_add_members')}</ButtonLink>
              )}
            </>
          ) : (
            <p>{t(cause.code === 'template' ? 'client_sight_template' : 'client_sight_empty_folder')}</p>
          )}
        </section>
      ))}
    </div>
  )
}

function ByLevel({
  item,
  space,
  cause: { level, owner, mend },
  onMended,
}: {
  item: Item
  space: 'client' | 'group'
  cause: Cause<'level'>
  onMended: () => void
}) {
  const t = useT()
  const { data: levels } = useQuery({
    ...api.files.readLevels.queryOptions({ input: { itemId: item.id } }),
    enabled: mend !== null,
  })
  const change = useMutation({ mutationFn: changeLevel.bind(null, [item]), onSuccess: onMended })
  const foreseen = levels?.find((row) => row.level === mend)
  return (
    <>
      <p>
        {t(space === 'group' ? 'client_sight_level_group' : 'client_sight_level', {
          level: t(LEVEL_NAMES[level]),
        })}
        {owner && ` ${t('client_sight_ask_owner', { owner })}`}
      </p>
      {mend && foreseen && (
        <>
          <Consequences space={space} {...foreseen} />
          <Button
            look="primary"
            icon={Eye}
            busy={change.isPending}
            onClick={() => attempt(change.mutateAsync(mend))}
          >
            {t('client_sight_change_level', { level: t(LEVEL_NAMES[mend]) })}
          </Button>
        </>
      )}
    </>
  )
}

function ByApp({ cause: { app, clients, mend }, onMended }: { cause: Cause<'app'>; onMended: () => void }) {
  const t = useT()
  const format = useFormat()
  const [client] = clients
  const clientId = client?.id ?? ''
  const reached = clients.filter((one) => one.reached)
  const mendApp = useMutation({
    mutationFn: async () => {
      if (mend === 'restore') await api.lives.restoreAppAccess.call({ clientId })
      else await api.people.inviteClient.call({ clientId })
    },
    onSuccess: () => {
      toast({ text: t(mend === 'restore' ? 'record_saved' : 'record_invited') })
      onMended()
    },
  })
  const names = clients.map(({ name }) => name)
  return (
    <>
      <p>
        {t(`client_sight_${app}`, { names: listNames(names, { t, format }), count: names.length })}
        {app === 'ended' && !mend && ` ${t('client_sight_ask_manager')}`}
      </p>
      {mend === 'address' ? (
        <ButtonLink href={`/clients/${clientId}/record`}>{t('client_sight_add_address')}</ButtonLink>
      ) : mend ? (
        <Button
          icon={mend === 'restore' ? RotateCcw : Mail}
          busy={mendApp.isPending}
          onClick={() => attempt(mendApp.mutateAsync())}
        >
          {t(mend === 'restore' ? 'client_sight_restore' : 'record_invite')}
        </Button>
      ) : (
        <ul>
          {reached.map(({ id, name }) => (
            <li key={id}>
              <Link href={`/clients/${id}/record`}>{name}</Link>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
