import type pg from 'pg'
import { isName } from '../blobs/port.ts'
import { sealedSize } from '../blobs/seal.ts'
import { StartError } from '../start-error.ts'
import { readLines } from './files.ts'
import { copyOut } from './tables.ts'

/** A blob that a row refers to. What the store has of it is `size` long and, where it isn't sealed, hashes to `sha256`. */
export interface Named {
  name: string
  size: number
  sha256: string | null
}

/** Of rows, the key of every blob that must be there, with its size and hash as it was given. */
const NAMED = `
  select key, size, encode(sha256, 'hex') as sha256 from blob
  union all
  select key, size, null from preview where key is not null`

/** Writes down which blobs the rows refer to, by name. */
export async function writeNamed(client: pg.ClientBase, path: string): Promise<void> {
  await copyOut(
    client,
    `(select split_part(key, '.', 1) as name, key like '%.%' as sealed, size, sha256 from (${NAMED}) named
      order by split_part(key, '.', 1) collate "C")`,
    path,
  )
}

export async function countNamed(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) from (${NAMED}) named`)
  return Number(rows[0]?.count)
}

export async function* readNamed(path: string): AsyncGenerator<Named> {
  for await (const line of readLines(path)) {
    const [name = '', sealed, size, sha256 = ''] = line.split('\t')
    // What was made by hand, or by an attacker, must not become a path.
    if (!isName(name)) throw new StartError(`a row names a blob that can't be one`)
    if (sealed === 't') yield { name, size: sealedSize(Number(size)), sha256: null }
    else yield { name, size: Number(size), sha256: /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null }
  }
}
