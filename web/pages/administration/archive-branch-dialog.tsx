import type { BranchUse } from '../../../core/api/administration.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { toast } from '../../parts/toasts.tsx'

/** Archives a branch, or says what still uses it. */
export function ArchiveBranchDialog({ branch, onClose }: { branch: BranchUse; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const { id: branchId, name } = branch
  const used = (['professionals', 'invited', 'clients', 'groups'] as const).filter((what) => branch[what] > 0)

  async function archive(): Promise<void> {
    await api.administration.archiveBranch.call({ branchId }).finally(() => queries.invalidateQueries())
    toast({ text: t('admin_branch_archived', { name }) })
    onClose()
  }

  return (
    <Form onSubmit={archive}>
      <Dialog
        title={t(used.length > 0 ? 'admin_branch_used_title' : 'admin_branch_archive_title', { name })}
        onClose={onClose}
        actions={
          used.length > 0 ? (
            <Button onClick={onClose}>{t('close')}</Button>
          ) : (
            <>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <SubmitButton>{t('admin_branch_archive')}</SubmitButton>
            </>
          )
        }
      >
        <FormProblem />
        {used.length > 0 ? (
          <>
            <p>
              {t('admin_branch_used', {
                what: format.list(
                  used.map((what) => t(`admin_branch_used_${what}`, { count: branch[what] })),
                ),
              })}
            </p>
            <p>{t('admin_branch_used_hint')}</p>
          </>
        ) : (
          <p>{t('admin_branch_archive_lead')}</p>
        )}
      </Dialog>
    </Form>
  )
}
