import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Change } from '../../../core/api/foresight.ts'
import { queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { toast } from '../../parts/toasts.tsx'
import { useProfessional } from '../../session.ts'
import css from './record.module.css'

/** In which of one's own branches a client or a group is, and who comes and goes by it. */
export function BranchesDialog({
  branches,
  hint,
  changeTo,
  save,
  onClose,
}: {
  /** Those that it is in. */
  branches: readonly { id: string; name: string }[]
  /** What its branches are for. */
  hint: string
  changeTo: (branchIds: string[]) => Change
  save: (branchIds: string[]) => Promise<unknown>
  onClose: () => void
}) {
  const t = useT()
  const format = useFormat()
  const [, navigate] = useLocation()
  const { branches: mine } = useProfessional()
  const before = new Set(branches.map(({ id }) => id))
  const others = branches.filter(({ id }) => !mine.some((branch) => branch.id === id))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(before)
  const branchIds = mine.flatMap(({ id }) => (chosen.has(id) ? [id] : []))
  const none = branchIds.length + others.length === 0
  const changed = mine.some(({ id }) => before.has(id) !== chosen.has(id))

  function toggle(id: string): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }

  async function confirm(): Promise<void> {
    if (none) return
    if (changed) {
      await save(branchIds)
      toast({ text: t('record_saved') })
    }
    // Out of one's own branches, it may be out of one's reach.
    if (branchIds.length === 0) navigate('/contacts')
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={confirm}>
      <Dialog
        title={t('record_branches_change')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            {!none && <SubmitButton>{t('record_save')}</SubmitButton>}
          </>
        }
      >
        <FormProblem />
        <p>{hint}</p>
        <fieldset className={css.choices}>
          <legend className="visually-hidden">{t('record_branches_change')}</legend>
          {mine.map((branch) => (
            <Checkbox key={branch.id} checked={chosen.has(branch.id)} onChange={() => toggle(branch.id)}>
              {branch.name}
            </Checkbox>
          ))}
        </fieldset>
        {others.length > 0 && (
          <p className={css.detail}>
            {t('record_branches_others', { branches: format.list(others.map((branch) => branch.name)) })}
          </p>
        )}
        <div role="status">
          {none && <p className={css.wrong}>{t('record_branches_none')}</p>}
          {!none && changed && <Foreseen change={changeTo(branchIds)} />}
        </div>
      </Dialog>
    </Form>
  )
}
