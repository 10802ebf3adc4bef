import { isName } from '../blobs/port.ts'
import { StartError } from '../start-error.ts'
import { readLines } from './files.ts'

/** A blob as a snapshot lists it, by name, in lines that `sha256sum -c` reads. */
export interface Listed {
  name: string
  sha256: string
}

export function lineOf({ name, sha256 }: Listed): string {
  return `${sha256}  blobs/${name}\n`
}

export async function* readList(path: string): AsyncGenerator<Listed> {
  for await (const line of readLines(path)) {
    const [, sha256 = '', name = ''] = /^([0-9a-f]{64}) {2}blobs\/(.+)$/.exec(line) ?? []
    if (!isName(name)) throw new StartError(`${path} is damaged`)
    yield { name, sha256 }
  }
}
