import { useEffect, useState } from 'react'
import { useT } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { beforeSigningOut } from '../session.ts'
import { allUploads } from './queue.ts'

/** Asks whether to sign out while files are under way, which stops them. */
export function SignOutDialog() {
  const t = useT()
  const [asked, setAsked] = useState<{ count: number; answer: (leave: boolean) => void } | null>(null)
  useEffect(
    () =>
      beforeSigningOut(async () => {
        const count = allUploads().filter(({ state }) => state !== 'done').length
        return count === 0 || new Promise((answer) => setAsked({ count, answer }))
      }),
    [],
  )
  if (!asked) return null
  const answer = (leave: boolean) => {
    setAsked(null)
    asked.answer(leave)
  }
  return (
    <Dialog
      title={t('upload_leave_title', { count: asked.count })}
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>{t('upload_go_on')}</Button>
          <Button look="danger" onClick={() => answer(true)}>
            {t('sign_out')}
          </Button>
        </>
      }
    >
      <p>{t('upload_leave_lead', { count: asked.count })}</p>
    </Dialog>
  )
}
