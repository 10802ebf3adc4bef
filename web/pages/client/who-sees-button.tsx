import { UserRoundCheck } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'

/** Stands in the viewer, under a client's own file. */
export function WhoSeesButton({ onClick }: { onClick: () => void }) {
  const t = useT()
  return (
    <Button icon={UserRoundCheck} onClick={onClick}>
      {t('client_who_change')}
    </Button>
  )
}
