import { useQuery } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { foldersOf } from './folders.ts'

/** Whether a client may move a file, and there is somewhere to move it to. */
export function useCanMove({ can, parentId }: Item): boolean {
  const { data: folders = [] } = useQuery({
    ...foldersOf(undefined, null),
    enabled: can.modify && parentId === null,
  })
  return can.modify && (parentId !== null || folders.length > 0)
}
