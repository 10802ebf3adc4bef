import { Camera, Files, Images } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { useMedia } from '../../media.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { type PickedFile, readInput } from '../../uploads/picked-files.ts'
import { Choices, FileChoice } from './choices.tsx'
import { ConfirmSheet } from './confirm-sheet.tsx'
import { myProfessionals } from './my-professionals.ts'

/** Names fetched ahead are not asked for again on the next page; choosing asks anyway. */
const FRESH_MS = 300_000

/** Has the names to choose among at hand, for when there is no network. */
export function fetchNames(): Promise<void> {
  return queries.prefetchQuery({ ...myProfessionals, staleTime: FRESH_MS })
}

/** Where from, then who sees it. */
export function AddSheet({
  folder,
  onClose,
}: {
  folder: { id: string; name: string } | null
  onClose: () => void
}) {
  const t = useT()
  const held = useMedia('(pointer: coarse)')
  const [picked, setPicked] = useState<PickedFile[]>([])
  const title = folder ? t('client_add_into', { name: folder.name }) : t('client_add_title')

  if (picked.length > 0) {
    return (
      <ConfirmSheet
        title={title}
        parentId={folder?.id ?? null}
        files={picked}
        onChange={(files) => (files.length > 0 ? setPicked(files) : onClose())}
        onClose={onClose}
      />
    )
  }
  // Cameras call every picture "image.jpg", or by a number.
  const rename = ({ file }: PickedFile): PickedFile => {
    const { type, lastModified } = file
    const name = `${t('client_photo_name', { date: stamp(new Date()) })}${endingOf(file)}`
    return { file: new File([file], name, { type, lastModified }), folder: '' }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <Choices>
        {held && (
          <FileChoice
            icon={Camera}
            accept="image/*"
            capture
            onPick={(input) => setPicked(readInput(input).files.map(rename))}
          >
            {t('client_add_take_photo')}
          </FileChoice>
        )}
        <FileChoice
          icon={Images}
          accept="image/*,video/*"
          onPick={(input) => setPicked(readInput(input).files)}
        >
          {t('client_add_choose_photos')}
        </FileChoice>
        <FileChoice icon={Files} onPick={(input) => setPicked(readInput(input).files)}>
          {t('client_add_choose_files')}
        </FileChoice>
      </Choices>
    </Dialog>
  )
}

/** "2026-11-21 14.05", by the clock on the wall. */
function stamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day} ${two(time.getHours())}.${two(time.getMinutes())}`
}

function endingOf({ name }: File): string {
  return /\.\w{2,5}$/.exec(name)?.[0].toLowerCase() ?? '.jpg'
}
