import { Plus } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { FloatingAction } from '../../parts/floating-action.tsx'
import { fetchAhead, whenFetched } from './fetched.ts'

const fetchSheet = () => import('./add-sheet.tsx')
const AddSheet = lazy(() => fetchSheet().then((sheet) => ({ default: sheet.AddSheet })))

/** Adds to a folder, or to the root. */
export function AddButton({ folder }: { folder: { id: string; name: string } | null }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  useEffect(() => fetchAhead([() => fetchSheet().then((sheet) => sheet.fetchNames())]), [])
  return (
    <>
      <FloatingAction>
        <Button
          look="primary"
          size="large"
          icon={Plus}
          aria-haspopup="dialog"
          onClick={() => whenFetched(fetchSheet(), () => setOpen(true))}
        >
          {t('client_add')}
        </Button>
      </FloatingAction>
      <Suspense>{open && <AddSheet folder={folder} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
