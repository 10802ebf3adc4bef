import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT, withMessages } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { FloatingAction } from '../../parts/floating-action.tsx'
import { late } from '../../parts/late.tsx'
import { fetchAhead, whenFetched } from './fetched.ts'

const fetchSheet = () => withMessages(import('./add-sheet.tsx'), 'sheets')
const AddSheet = late(() => fetchSheet().then((sheet) => sheet.AddSheet))

/** Adds to a folder, or to the root. */
export function AddButton({ folder }: { folder: { id: string; name: string } | null }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  useEffect(() => fetchAhead([AddSheet.fetch, () => fetchSheet().then((sheet) => sheet.fetchNames())]), [])
  return (
    <>
      <FloatingAction>
        <Button
          look="primary"
          size="large"
          icon={Plus}
          aria-haspopup="dialog"
          onClick={() => whenFetched(AddSheet.fetch(), () => setOpen(true))}
        >
          {t('client_add')}
        </Button>
      </FloatingAction>
      {open && <AddSheet folder={folder} onClose={() => setOpen(false)} />}
    </>
  )
}
