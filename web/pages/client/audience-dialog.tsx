import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { ErrorState, Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toasts.tsx'
import { editListings } from '../files/listing.ts'
import css from './audience-choice.module.css'
import { type Audience, AudienceChoice, myProfessionals } from './audience-choice.tsx'

/** Which professionals see one's own file, with who gains and who loses by another choice. */
export function AudienceDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useT()
  const now = useQuery(api.files.readAudience.queryOptions({ input: { itemId: item.id }, staleTime: 0 }))
  const { data: professionals = [] } = useQuery(myProfessionals)
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

  async function save(): Promise<void> {
    if (after === undefined || after?.length === 0) return setRefused(true)
    if (chosen !== undefined) {
      const changed = await api.files.changeAudience.call({ ids: [item.id], audience: chosen && [...chosen] })
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
        {after !== undefined ? (
          <AudienceChoice value={after} onChange={setChosen} refused={refused} />
        ) : now.error ? (
          <ErrorState error={now.error} onRetry={() => void now.refetch()} />
        ) : (
          <Skeleton rows={2} />
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
