import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useLocation } from 'wouter'
import type { MergeSide } from '../../../../core/api/lives.ts'
import { api, queries } from '../../../api.ts'
import { beforeChange } from '../../../before-change.ts'
import { useFormat, useT } from '../../../i18n.ts'
import { Avatar } from '../../../parts/avatar.tsx'
import { Button } from '../../../parts/button.tsx'
import { Checkbox } from '../../../parts/checkbox.tsx'
import { Chip } from '../../../parts/chip.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { failureOf } from '../../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../../parts/form.tsx'
import { Skeleton } from '../../../parts/states.tsx'
import { toast } from '../../../parts/toasts.tsx'
import css from './lives.module.css'

/** Both records side by side and what merging them does, to be confirmed with a tick: there is no way back. */
export function MergeSummary({
  clientId,
  otherId,
  onBack,
  onClose,
}: {
  clientId: string
  otherId: string
  onBack: () => void
  onClose: () => void
}) {
  const t = useT()
  const [, navigate] = useLocation()
  const [sure, setSure] = useState(false)
  const [asked, setAsked] = useState(false)
  const box = useId()
  const input = { clientId, otherId }
  const summary = useQuery(api.lives.readMerge.queryOptions({ input, ...beforeChange }))
  const { data } = summary

  async function merge(): Promise<void> {
    setAsked(true)
    if (!sure) return document.getElementById(box)?.focus()
    const merged = await api.lives.mergeClients.call(input)
    toast({ text: t('lives_merged') })
    navigate(`/clients/${merged.id}`)
    onClose()
    await queries.invalidateQueries()
  }

  const account = data?.stays.app === 'active' || data?.stays.app === 'ended'
  return (
    <Form onSubmit={merge}>
      <Dialog
        title={t('lives_merge_title')}
        onClose={onClose}
        size="medium"
        actions={
          <>
            <Button onClick={onBack}>{t('lives_merge_again')}</Button>
            {data && <SubmitButton look="danger">{t('lives_merge_now')}</SubmitButton>}
          </>
        }
      >
        <FormProblem />
        {failureOf(summary) ??
          (!data ? (
            <Skeleton rows={4} />
          ) : (
            <>
              <div className={css.sides}>
                <Side side={data.stays} fate={t('lives_merge_stays')} accent />
                <Side side={data.goes} fate={t('lives_merge_goes')} />
              </div>
              <p>{t('lives_merge_all', { stays: data.stays.name, goes: data.goes.name })}</p>
              {account && <p>{t('lives_merge_account')}</p>}
              <People title={t('lives_merge_gain')} names={data.gain} />
              <People title={t('lives_merge_lose')} names={data.lose} />
              {account && <p>{t('lives_merge_client', { name: data.stays.name })}</p>}
              <div className={css.sure}>
                <Checkbox id={box} checked={sure} onChange={(event) => setSure(event.target.checked)}>
                  {t('lives_merge_sure')}
                </Checkbox>
                <div role="alert">
                  {asked && !sure && <p className={css.wrong}>{t('lives_sure_first')}</p>}
                </div>
              </div>
            </>
          ))}
      </Dialog>
    </Form>
  )
}

function Side({ side, fate, accent = false }: { side: MergeSide; fate: string; accent?: boolean }) {
  const t = useT()
  const format = useFormat()
  const facts = [
    [t('record_email'), side.email],
    [t('record_app'), side.app !== 'none' && t(`record_app_${side.app}`)],
    [t('record_branches'), format.list(side.branches)],
    [t('lives_side_since'), format.month(side.since)],
    [t('lives_side_people'), format.list(side.stakeholders)],
    [t('lives_side_groups'), format.list(side.groups)],
    [
      t('lives_side_holds'),
      [
        t('lives_side_files', { count: side.files }),
        ...(side.folders > 0 ? [t('lives_side_folders', { count: side.folders })] : []),
      ].join(' · '),
    ],
  ] as const
  return (
    <section className={css.side}>
      <header>
        <Chip accent={accent}>{fate}</Chip>
        <h3>{side.name}</h3>
      </header>
      <dl className={css.facts}>
        {facts
          .filter(([, fact]) => fact)
          .map(([label, fact]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}

function People({ title, names }: { title: string; names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <section className={css.gain}>
      <h3>{title}</h3>
      <ul>
        {names.map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two people may have one name
          <li key={`${index} ${name}`}>
            <Avatar name={name} size="small" />
            {name}
          </li>
        ))}
      </ul>
    </section>
  )
}
