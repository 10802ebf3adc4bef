import type { Item } from '../../core/api/shapes.ts'

/** What keeps a file from somebody: the malware scanner or, more than that, damage. */
export type HeldBy = NonNullable<Item['scan']> | 'damaged'

export function heldBy({ scan, damaged }: Pick<Item, 'scan' | 'damaged'>): HeldBy | null {
  return damaged ? 'damaged' : scan
}
