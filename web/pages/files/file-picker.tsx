import { type Ref, useImperativeHandle, useRef } from 'react'
import { type Picked, readInput } from '../../uploads/picked-files.ts'

export interface FilePickerHandle {
  /** Opens the device's choice of files. */
  files: () => void
  /** Opens the device's choice of a folder. */
  folder: () => void
  /** Whether this device can choose a folder. */
  canFolder: boolean
}

/** The device's own choice of files and folders, opened by whoever holds the handle. */
export function FilePicker({
  ref,
  onPick,
}: {
  ref: Ref<FilePickerHandle>
  onPick: (picked: Picked) => void
}) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  useImperativeHandle(ref, () => ({
    files: () => files.current?.click(),
    folder: () => folder.current?.click(),
    canFolder: matchMedia('(pointer: fine)').matches && 'webkitdirectory' in HTMLInputElement.prototype,
  }))
  const shared = {
    type: 'file',
    multiple: true,
    hidden: true,
    onChange({ currentTarget }: React.ChangeEvent<HTMLInputElement>) {
      const picked = readInput(currentTarget)
      // The same file may be picked again.
      currentTarget.value = ''
      onPick(picked)
    },
  }
  return (
    <>
      <input ref={files} {...shared} />
      <input ref={folder} {...shared} {...{ webkitdirectory: '' }} />
    </>
  )
}
