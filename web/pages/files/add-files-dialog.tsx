import { useQuery } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Level } from '../../../core/visibility.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LevelPicker } from '../../parts/level-picker.tsx'
import { Select } from '../../parts/select.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { type Picked, sortOut } from '../../uploads/picked-files.ts'
import { addUploads } from '../../uploads/uploads.ts'
import css from './add-files-dialog.module.css'
import type { DropFolder } from './drops.ts'
import type { SpaceOfFiles } from './item-actions.tsx'

const REFUSED_SHOWN = 5

/** Who will see the files that were picked, chosen before the first byte is sent; and which can't be added at all. */
export function AddFilesDialog({
  space,
  picked,
  folder,
  page,
  onClose,
}: {
  space: SpaceOfFiles
  picked: Picked
  /** Where they go. */
  folder: DropFolder
  /** Address of this page. */
  page: string
  onClose: () => void
}) {
  const t = useT()
  const format = useFormat()
  const [branchId, setBranchId] = useState<string>()
  const [chosen, setChosen] = useState<Level>()
  const here = useQuery(
    api.files.readSpace.queryOptions({
      input: { spaceId: space.id, ...(branchId && { branchId }) },
      placeholderData: (before) => before,
    }),
  )
  const { data } = here
  const level = chosen ?? data?.defaultLevel
  const branch = data?.branches.find(({ id }) => id === branchId) ?? data?.branches[0]

  const { fit: files, refused } = sortOut(picked.files)
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const nothing = files.length === 0 && picked.folders.length === 0
  const words =
    files.length > 0 || nothing
      ? t('files_add_files', { count: files.length })
      : t('files_add_folders', { count: picked.folders.length })

  function add(): void {
    if (!level) return
    addUploads(
      { files, folders: picked.folders },
      { spaceId: space.id, parentId: folder.id, level, ...(branch && { branchId: branch.id }), page },
    )
    onClose()
  }

  return (
    <Dialog
      title={nothing ? t('files_nothing_to_add') : words}
      onClose={onClose}
      steady
      actions={
        <>
          <Button onClick={onClose}>{t(nothing ? 'close' : 'cancel')}</Button>
          {!nothing && (
            <Button look="primary" disabled={!level} onClick={add}>
              {words}
            </Button>
          )}
        </>
      }
    >
      {!nothing && (
        <p className={css.what}>
          {[
            files.length === 1 ? files[0]?.file.name : null,
            files.length > 0 && picked.folders.length > 0
              ? t('files_folders_count', { count: picked.folders.length })
              : null,
            files.length > 0 ? format.size(bytes) : null,
            folder.id !== null ? t('files_into', { name: folder.name }) : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {refused.length > 0 && (
        <div className={css.refused}>
          <p>
            <Icon of={CircleAlert} size={16} />
            {t('files_refused', { count: refused.length })}
          </p>
          <ul>
            {refused.slice(0, REFUSED_SHOWN).map(({ name, why }) => (
              <li key={name}>
                <b>{name}</b> {why}
              </li>
            ))}
            {refused.length > REFUSED_SHOWN && (
              <li>{t('names_others', { count: refused.length - REFUSED_SHOWN })}</li>
            )}
          </ul>
        </div>
      )}
      {!nothing && files.length > 0 && (
        <>
          {failureOf(here) ??
            (data && level ? (
              <LevelPicker levels={data.levels} value={level} onChange={setChosen} space={space.kind} />
            ) : (
              <Skeleton rows={6} />
            ))}
          {data && data.branches.length > 1 && branch && (
            <Select
              label={t('files_branch')}
              hint={t('files_branch_hint')}
              value={branch.id}
              onChange={setBranchId}
              options={data.branches.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
        </>
      )}
    </Dialog>
  )
}
