import { type ReactNode, useState } from 'react'
import type { ClientRecord } from '../../../../core/api/people.ts'
import { api, queries } from '../../../api.ts'
import { useT } from '../../../i18n.ts'
import { Button } from '../../../parts/button.tsx'
import { attempt, toast } from '../../../parts/toasts.tsx'
import { BranchesDialog } from '../branches-dialog.tsx'
import { EndAppDialog } from './app-dialog.tsx'
import { ArchiveDialog } from './archive-dialog.tsx'
import css from './lives.module.css'
import { MergeDialog } from './merge-dialog.tsx'

type Doing = 'branches' | 'app' | 'merge' | 'archive'

/** What becomes of a client's record, for whoever manages it: each change beside what it is for. */
export function RecordLives({ record }: { record: ClientRecord }) {
  const t = useT()
  const [doing, setDoing] = useState<Doing | null>(null)
  const { id: clientId, name, app, can } = record
  const close = () => setDoing(null)

  async function restoreApp(): Promise<void> {
    await api.lives.restoreAppAccess.call({ clientId })
    toast({ text: t('lives_app_restored', { name }) })
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <section className={css.deeds}>
      <h2>{t('lives_title')}</h2>
      <ul>
        <Deed title={t('lives_branches')} hint={t('lives_branches_hint', { name })}>
          <Button onClick={() => setDoing('branches')}>{t('lives_branches_change')}</Button>
        </Deed>
        {app === 'active' && (
          <Deed
            title={t('record_app')}
            hint={t(can.endApp ? 'lives_app_hint' : 'lives_app_elsewhere_hint', { name })}
          >
            {can.endApp && <Button onClick={() => setDoing('app')}>{t('lives_app_end')}</Button>}
          </Deed>
        )}
        {can.restoreApp && (
          <Deed title={t('record_app')} hint={t('lives_app_ended_hint', { name })}>
            <Button onClick={() => attempt(restoreApp())}>{t('lives_app_restore')}</Button>
          </Deed>
        )}
        <Deed title={t('lives_merge')} hint={t('lives_merge_hint', { name })}>
          <Button onClick={() => setDoing('merge')}>{t('lives_merge_begin')}</Button>
        </Deed>
        <Deed title={t('lives_archive_what')} hint={t('lives_archive_hint', { name })}>
          <Button onClick={() => setDoing('archive')}>{t('lives_archive')}</Button>
        </Deed>
      </ul>
      {doing === 'branches' && (
        <BranchesDialog
          branches={record.branches}
          hint={t('lives_branches_hint', { name })}
          changeTo={(branchIds) => ({ operation: 'changeBranches', input: { clientId, branchIds } })}
          save={(branchIds) => api.lives.changeBranches.call({ clientId, branchIds })}
          onClose={close}
        />
      )}
      {doing === 'app' && <EndAppDialog record={record} onClose={close} />}
      {doing === 'merge' && <MergeDialog record={record} onClose={close} />}
      {doing === 'archive' && <ArchiveDialog record={record} onClose={close} />}
    </section>
  )
}

function Deed({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <li className={css.deed}>
      <span className={css.words}>
        <span className={css.name}>{title}</span>
        <span className={css.detail}>{hint}</span>
      </span>
      {children}
    </li>
  )
}
