import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { FileIcon } from '../../parts/file-icon.tsx'
import { Skeleton } from '../../parts/states.tsx'
import css from './record.module.css'

const MOST = 100

/** Which of a group's files are copied into the records of those who leave it, before they do: none unless chosen. */
export function CopyChoice({
  spaceId,
  hint,
  chosen,
  onChange,
}: {
  spaceId: string
  /** Whose records they go to. */
  hint: string
  chosen: ReadonlySet<string>
  onChange: (ids: ReadonlySet<string>) => void
}) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const files = useQuery(
    api.files.listItems.queryOptions({ input: { spaceId, scope: 'flat' }, enabled: open }),
  )
  // What the software filed can't be copied by hand, and what is blocked by nobody.
  const offered =
    files.data?.items.filter((item) => item.level && !item.protected && item.scan !== 'infected') ?? []
  const all = offered.length > 0 && offered.every(({ id }) => chosen.has(id))

  function toggle(id: string): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChange(next)
  }

  if (!open) return <Button onClick={() => setOpen(true)}>{t('copies_choose')}</Button>
  const failure = failureOf(files)
  return (
    <fieldset className={css.copies}>
      <legend>{t('copies_title')}</legend>
      <p className={css.detail}>{hint}</p>
      {failure ? (
        failure
      ) : !files.data ? (
        <Skeleton rows={2} />
      ) : offered.length === 0 ? (
        <p className={css.detail}>{t('copies_none')}</p>
      ) : (
        <>
          <Checkbox
            checked={all}
            indeterminate={!all && chosen.size > 0}
            onChange={() => onChange(new Set(all ? [] : offered.map(({ id }) => id)))}
          >
            {t('copies_all', { count: offered.length })}
          </Checkbox>
          <ul>
            {offered.map((item) => (
              <li key={item.id}>
                <Checkbox checked={chosen.has(item.id)} onChange={() => toggle(item.id)}>
                  <span className={css.file}>
                    <FileIcon type={item.type} />
                    {item.name}
                  </span>
                </Checkbox>
              </li>
            ))}
          </ul>
          {files.data.next && <p className={css.detail}>{t('copies_more', { count: MOST })}</p>}
        </>
      )}
    </fieldset>
  )
}
