import { useQuery } from '@tanstack/react-query'
import { MapPin, Plus } from 'lucide-react'
import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import css from '../record/record.module.css'
import own from './administration.module.css'
import { ArchiveBranchDialog } from './archive-branch-dialog.tsx'

/** The branches that one administers: added, renamed, archived and restored. */
export function Branches() {
  const t = useT()
  const list = useQuery(api.administration.listBranches.queryOptions())
  const [named, setNamed] = useState<{ id: string; name: string } | 'new' | null>(null)
  const [leaving, setLeaving] = useState<string | null>(null)
  const failure = failureOf(list)
  if (failure) return failure
  if (!list.data) return <Skeleton rows={3} />
  const { branches, archived, can } = list.data
  // As the list has it now: what used the branch may have gone meanwhile.
  const archiving = branches.find(({ id }) => id === leaving)

  async function restore({ id: branchId, name }: { id: string; name: string }): Promise<void> {
    await api.administration.restoreBranch.call({ branchId })
    toast({ text: t('admin_branch_restored', { name }) })
    await queries.invalidateQueries()
  }

  return (
    <section className={css.tab}>
      {can.add && (
        <div className={css.bar}>
          <Button look="primary" icon={Plus} onClick={() => setNamed('new')}>
            {t('admin_add_branch')}
          </Button>
        </div>
      )}
      {branches.length === 0 && <EmptyState icon={MapPin} title={t('admin_none_branches')} />}
      <ul className={css.people} aria-label={t('admin_branches')}>
        {branches.map((branch) => (
          <li key={branch.id} className={css.person}>
            <span className={css.words}>
              <span className={css.name}>{branch.name}</span>
              <span className={css.detail}>
                {t('admin_branch_people', {
                  professionals: branch.professionals,
                  clients: branch.clients,
                })}
              </span>
            </span>
            <Button
              look="quiet"
              onClick={() => setNamed(branch)}
              aria-label={t('of_name', { what: t('admin_change'), name: branch.name })}
            >
              {t('admin_change')}
            </Button>
            {can.archive && branches.length > 1 && (
              <Button
                look="quiet"
                onClick={() => setLeaving(branch.id)}
                aria-label={t('of_name', { what: t('admin_branch_archive'), name: branch.name })}
              >
                {t('admin_branch_archive')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {archived.length > 0 && (
        <>
          <h2 className={own.subtitle}>{t('admin_branches_archived')}</h2>
          <ul className={css.people} aria-label={t('admin_branches_archived')}>
            {archived.map((branch) => (
              <li key={branch.id} className={css.person}>
                <span className={css.words}>
                  <span className={css.name}>{branch.name}</span>
                </span>
                <Button
                  look="quiet"
                  onClick={() => attempt(restore(branch))}
                  aria-label={t('of_name', { what: t('admin_branch_restore'), name: branch.name })}
                >
                  {t('admin_branch_restore')}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      {archiving && <ArchiveBranchDialog branch={archiving} onClose={() => setLeaving(null)} />}
      {named && <NameDialog branch={named === 'new' ? null : named} onClose={() => setNamed(null)} />}
    </section>
  )
}

function NameDialog({
  branch,
  onClose,
}: {
  branch: { id: string; name: string } | null
  onClose: () => void
}) {
  const t = useT()

  async function save({ name = '' }: Record<string, string>): Promise<void> {
    if (branch) await api.administration.changeBranch.call({ branchId: branch.id, name })
    else await api.administration.addBranch.call({ name })
    toast({ text: branch ? t('record_saved') : t('admin_branch_added', { name }) })
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={save}>
      <Dialog
        title={t(branch ? 'admin_rename_branch' : 'admin_add_branch')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t(branch ? 'record_save' : 'contacts_add')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <TextField
          label={t('contacts_name')}
          name="name"
          required
          maxLength={120}
          defaultValue={branch?.name ?? ''}
          autoComplete="off"
        />
      </Dialog>
    </Form>
  )
}
