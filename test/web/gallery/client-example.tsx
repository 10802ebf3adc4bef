import { ChevronRight, Plus } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '../../../web/parts/button.tsx'
import { ClientHeader } from '../../../web/parts/client-shell.tsx'
import { FileIcon } from '../../../web/parts/file-icon.tsx'
import { FloatingAction } from '../../../web/parts/floating-action.tsx'
import { Icon } from '../../../web/parts/icon.tsx'
import { toast } from '../../../web/parts/toasts.tsx'
import css from './gallery.module.css'

const ROWS = [
  { name: 'Programme', type: null, detail: '3 files' },
  { name: 'Assessments', type: null, detail: '2 results' },
  { name: 'Nutrition basics.pdf', type: 'application/pdf', detail: '2 Nov · 2.8 MB' },
] as const

/** A client's files as in the picture, to see the parts together. */
export function ClientExample() {
  useEffect(
    () =>
      toast({
        text: 'Deleted.',
        action: { label: 'Undo', run: () => undefined },
        until: new Date(Date.now() + 3_600_000),
      }),
    [],
  )
  return (
    <>
      <ClientHeader title="Files" />
      <h2 className={css.heading}>New for you</h2>
      <div className={css.cards}>
        {['Home exercises – knee', 'Squat technique'].map((name, index) => (
          <div key={name} className={css.card}>
            <FileIcon type={index ? 'video/mp4' : 'application/pdf'} size="fill" />
            <p>{name}</p>
            <p>from your kinesiologist · today</p>
          </div>
        ))}
      </div>
      <h2 className={css.heading}>Everything</h2>
      <ul>
        {ROWS.map((row) => (
          <li key={row.name} className={css.item}>
            <FileIcon type={row.type} size="large" />
            <span>
              <span>{row.name}</span>
              <span>{row.detail}</span>
            </span>
            <Icon of={ChevronRight} />
          </li>
        ))}
      </ul>
      <FloatingAction>
        <Button look="primary" size="large" icon={Plus}>
          Add
        </Button>
      </FloatingAction>
    </>
  )
}
