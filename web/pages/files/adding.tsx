import { useRef, useState } from 'react'
import type { Picked } from '../../uploads/picked-files.ts'
import { AddFilesDialog } from './add-files-dialog.tsx'
import { AddFolderDialog } from './add-folder-dialog.tsx'
import type { DropFolder } from './drops.ts'
import { FilePicker, type FilePickerHandle } from './file-picker.tsx'
import type { SpaceOfFiles } from './item-actions.tsx'

/** The ways to add files and folders, absent where one may not, and what they open, to be rendered. */
export function useAdding({
  space,
  here,
  canAdd,
  hrefOfFolder,
}: {
  space: SpaceOfFiles
  here: DropFolder
  canAdd: boolean
  hrefOfFolder: (folderId: string | null) => string
}) {
  const [picked, setPicked] = useState<{ picked: Picked; folder: DropFolder } | null>(null)
  const [naming, setNaming] = useState(false)
  const picker = useRef<FilePickerHandle>(null)

  /** Asks who will see what was picked or dropped, then adds it. */
  function add(files: Picked, folder = here): void {
    if (files.files.length + files.folders.length > 0) setPicked({ picked: files, folder })
  }

  return {
    add,
    chooseFiles: canAdd ? () => picker.current?.files() : undefined,
    nameFolder: canAdd ? () => setNaming(true) : undefined,
    dialogs: (
      <>
        <FilePicker ref={picker} onPick={add} />
        {picked && (
          <AddFilesDialog
            space={space}
            {...picked}
            page={hrefOfFolder(picked.folder.id)}
            onClose={() => setPicked(null)}
          />
        )}
        {naming && (
          <AddFolderDialog
            spaceId={space.id}
            parentId={here.id}
            onChooseFolder={picker.current?.canFolder ? () => picker.current?.folder() : undefined}
            onClose={() => setNaming(false)}
          />
        )}
      </>
    ),
  }
}
