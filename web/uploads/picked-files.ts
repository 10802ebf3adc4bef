import { type ErrorCode, Problem } from '../../core/errors.ts'
import { nameProblem, tidyName } from '../../core/names.ts'
import { errorSentence } from '../api.ts'

/** As the server's. */
const LARGEST = 5 * 1024 ** 3
/** What file managers leave behind in folders. */
const LITTER = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini'])

export interface PickedFile {
  file: File
  /** The folders that it was picked with, from the outermost: "Programme/Week 1"; empty when alone. */
  folder: string
  /** Reads the file from the disk again, as it is by then; absent where the browser can't. */
  reread?: () => Promise<File>
}

export interface Picked {
  files: PickedFile[]
  /** Every folder, the outer before the inner, empty ones too. */
  folders: string[]
}

/** Files and folders chosen with `<input type="file">`, with `webkitdirectory` or without. */
export function readInput(input: HTMLInputElement): Picked {
  const files = [...(input.files ?? [])]
    .filter((file) => !LITTER.has(file.name))
    .map((file) => ({ file, folder: parentOf(file.webkitRelativePath) }))
  return { files, folders: foldersOf(files.map(({ folder }) => folder)) }
}

/** Files and whole folders dropped on the page. Call it within the event: afterwards the browser forgets them. */
export async function readDrop(data: DataTransfer): Promise<Picked> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry?.() ?? [])
  const picked: Picked = { files: [], folders: [] }
  if (entries.length > 0) await readEntries(entries, '', picked)
  else picked.files.push(...[...data.files].map((file) => ({ file, folder: '' })))
  return picked
}

async function readEntries(entries: FileSystemEntry[], folder: string, into: Picked): Promise<void> {
  for (const entry of entries) {
    if (LITTER.has(entry.name)) continue
    if (isFolder(entry)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      into.folders.push(path)
      await readEntries(await listFolder(entry), path, into)
    } else {
      const reread = () =>
        new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
      into.files.push({ file: await reread(), folder, reread })
    }
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

/** The browser hands a folder out by the hundred. */
async function listFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function foldersOf(paths: readonly string[]): string[] {
  const all = new Set<string>()
  for (const path of paths) {
    const names = path === '' ? [] : path.split('/')
    names.forEach((_, index) => {
      all.add(names.slice(0, index + 1).join('/'))
    })
  }
  return [...all]
}

/** Why the server would refuse this file, or null: told before a byte is sent. */
export function refusalOf(file: File): ErrorCode | null {
  if (file.size === 0) return 'empty_file'
  if (file.size > LARGEST) return 'too_large'
  return nameProblem(tidyName(file.name))
}

/** Whether the file can be read as it was when it was picked. @throws upload_changed */
export async function requireUnchanged(file: File): Promise<void> {
  try {
    // The last byte: it is gone when the file has shrunk, and refused by the browser when it was written to.
    await file.slice(Math.max(0, file.size - 1)).arrayBuffer()
  } catch {
    throw new Problem('upload_changed')
  }
}

/** Which of some files can be added, and why the others can't. */
export function sortOut(files: readonly PickedFile[]): {
  fit: PickedFile[]
  refused: { name: string; why: string }[]
} {
  const fit: PickedFile[] = []
  const refused: { name: string; why: string }[] = []
  for (const picked of files) {
    const code = refusalOf(picked.file)
    if (code) refused.push({ name: picked.file.name, why: errorSentence(new Problem(code)) })
    else fit.push(picked)
  }
  return { fit, refused }
}
