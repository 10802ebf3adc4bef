import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { Problem } from '../../../core/errors.ts'
import { api, queries } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toasts.tsx'
import { listNames } from '../../reach.ts'
import { editListings } from '../files/listing.ts'
import css from './audience-choice.module.css'
import { type Audience, AudienceChoice } from './audience-choice.tsx'
import { myProfessionals } from './my-professionals.ts'

/** Which professionals see one's own file, with who gains and who loses by another choice. */
export function AudienceDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const now = useQuery(api.files.readAudience.queryOptions({ input: { itemId: item.id }, ...beforeChange }))
  const { data: professionals = [], refetch } = useQuery(myProfessionals)
  const [chosen, setChosen] = useState<Audience>()
  const [refused, setRefused] = useState(false)
  const before = now.data?.audience
  const after = chosen === undefined ? before : chosen

  const those = (some: Audience | undefined, without: Audience | undefined) =>
    professionals
      .filter(({ professionalId: id }) => holds(some, id) && !holds(without, id))
      .map(({ name }) => ({ as: 'professional' as const, name }))
  const gain = those(after, before)
  const lose = those(before, after)

  /** Somebody has left since they were shown: they are shown no more, nor chosen. */
  async function forgetWhoLeft(some: Audience): Promise<void> {
    const { data: here } = await refetch()
    if (some && here) setChosen(some.filter((id) => here.some((one) => one.professionalId === id)))
  }

  async function save(): Promise<void> {
    if (after === undefined || after?.length === 0) return setRefused(true)
    if (chosen !== undefined) {
      const input = { ids: [item.id], audience: chosen && [...chosen] }
      const changed = await api.files.changeAudience.call(input).catch(async (error) => {
        if (error instanceof Problem && error.code === 'not_involved') await forgetWhoLeft(chosen)
        throw error
      })
      editListings((rows) => rows.map((row) => changed.find(({ id }) => id === row.id) ?? row))
      void queries.invalidateQueries({ queryKey: api.files.key() })
      toast({ text: t('client_who_changed', { name: item.name }) })
    }
    onClose()
  }

  return (
    <Form onSubmit={save}>
      <Dialog
        title={item.name}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('client_who_save')}</SubmitButton>
          </>
        }
      >
        {now.data && now.data.left.length > 0 && (
          <p className={css.left}>
            {t('client_who_left', {
              names: listNames(now.data.left.map(nameOf), { t, format }),
              count: now.data.left.length,
            })}
          </p>
        )}
        {after !== undefined ? (
          <AudienceChoice count={1} value={after} onChange={setChosen} refused={refused} />
        ) : (
          (failureOf(now) ?? <Skeleton rows={2} />)
        )}
        {after?.length !== 0 && gain.length + lose.length > 0 && (
          <div className={css.changes}>
            <Consequences space="client" gain={gain} lose={lose} folders={[]} />
          </div>
        )}
        <FormProblem />
      </Dialog>
    </Form>
  )
}

function holds(audience: Audience | undefined, id: string): boolean {
  return audience === null || audience?.includes(id) === true
}
