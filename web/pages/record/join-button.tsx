import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { toast } from '../../parts/toasts.tsx'

/** "+ Join": an administrator or manager who reaches a record or group by their profile becomes a stakeholder. */
export function JoinButton({ spaceId, spaceName }: { spaceId: string; spaceName: string }) {
  const t = useT()
  const { data } = useQuery(api.involvement.listStakeholders.queryOptions({ input: { spaceId } }))
  const [joining, setJoining] = useState(false)
  if (!data?.can.join) return null

  async function join(): Promise<void> {
    const joined = await api.involvement.join.call({ spaceId })
    toast({ text: t('record_joined', { space: spaceName }) })
    setJoining(false)
    queries.setQueryData(api.involvement.listStakeholders.queryKey({ input: { spaceId } }), joined)
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <>
      <Button icon={Plus} onClick={() => setJoining(true)}>
        {t('record_join')}
      </Button>
      {joining && (
        <Form onSubmit={join}>
          <Dialog
            title={t('record_join_title', { space: spaceName })}
            onClose={() => setJoining(false)}
            actions={
              <>
                <Button onClick={() => setJoining(false)}>{t('cancel')}</Button>
                <SubmitButton>{t('record_join')}</SubmitButton>
              </>
            }
          >
            <FormProblem />
            <p>{t('record_join_lead')}</p>
            <Foreseen change={{ operation: 'join', input: { spaceId } }} />
          </Dialog>
        </Form>
      )}
    </>
  )
}
