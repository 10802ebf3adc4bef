import {
  getMultipartBoundary,
  MultipartParseError,
  type MultipartPart,
  parseMultipart,
} from '@remix-run/multipart-parser'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { free, give } from '../blobs/freeing.ts'
import { knownLately } from './access-watch.ts'
import type { Items } from './items.ts'
import { limitEach } from './limit-each.ts'
import { SNIFFED_BYTES, sniffType } from './sniff.ts'
import { type PlaceFields, readPlace, readPlaceFields } from './upload-place.ts'
import type { AddWhole } from './whole-file.ts'

/** A form is held in memory as a whole. */
export const FORM_BYTES = 4 * 1024 ** 2
const MOST_FILES = 100
/** How many forms of one person are dealt with at once, and how many of everybody's. */
const AT_ONCE = { each: 4, together: 8 }
/** How many files of a form are on their way: as many as share a transaction. */
const UNDER_WAY = 50

/** `read` reads the body, once the server would take it. @throws too_large, bad_request, unavailable */
export type IncomingForm = { headers: Headers; url: string; read: () => Promise<Uint8Array> }

type NewFile = { name: string; bytes: Uint8Array }

/** What became of each file of a form, in its order. */
export type FormResults = { name: string; added: PromiseSettledResult<Item> }[]

type Needs = { blobs: Blobs; items: Items; addWhole: AddWhole }

/**
 * Many small files in one form (`multipart/form-data`, RFC 7578), each added by the rules of a single `PUT`, or refused
 * by itself. They share what a request and a transaction cost. A form that is cut off adds nothing.
 */
export function createFormUpload({ blobs, items, addWhole }: Needs) {
  const inTurn = limitEach(AT_ONCE.each, 'too_many_uploads')
  const together = limitEach(AT_ONCE.together, 'unavailable')

  /** The fields of uploads stand in the query. @throws bad_request, unknown_field, too_large, what `items.findPlace` throws */
  async function post(
    { headers, url, read }: IncomingForm,
    actor: Actor,
    readActor: () => Promise<Actor>,
  ): Promise<FormResults> {
    const ask = knownLately(actor, readActor)
    const fields = readPlaceFields(url)
    const boundary = readHead(headers)
    // Whoever may not add there is told so before anything is sent, once for all files.
    await items.findPlace(actor, readPlace(fields, 'any'))
    return inTurn(actor.personId, async () => {
      const body = await read()
      return together('all', async () => {
        const files = readFiles(body, boundary)
        free(body)
        const results: FormResults = []
        let next = 0
        const addSome = async () => {
          for (let index = next++; index < files.length; index = next++) {
            const file = files[index] as NewFile
            const [added] = await Promise.allSettled([add(ask, fields, file)])
            results[index] = { name: file.name, added }
          }
        }
        await Promise.all(Array.from({ length: UNDER_WAY }, addSome))
        return results
      })
    })
  }

  async function add(
    ask: () => Promise<Actor>,
    fields: PlaceFields,
    { name, bytes }: NewFile,
  ): Promise<Item> {
    const size = bytes.length
    if (size === 0) throw new Problem('empty_file')
    return addWhole({
      ask,
      place: readPlace(fields, name),
      size,
      async store({ staging }) {
        const type = await sniffType(bytes.subarray(0, SNIFFED_BYTES))
        return { ...(await blobs.put(staging, bytes)), type }
      },
    })
  }

  return post
}

/** The boundary of its parts. @throws bad_request, too_large */
function readHead(headers: Headers): string {
  for (const field of ['Content-Range', 'Content-Encoding', 'Content-Digest', 'Repr-Digest'])
    if (headers.has(field)) throw new Problem('bad_request', { field })
  const type = headers.get('Content-Type') ?? ''
  const boundary = /^multipart\/form-data\s*;/i.test(type) && getMultipartBoundary(type)
  if (!boundary) throw new Problem('bad_request', { field: 'Content-Type' })
  if (Number(headers.get('Content-Length') ?? 0) > FORM_BYTES) throw new Problem('too_large')
  return boundary
}

/** @throws bad_request, unknown_field for what is no file */
function readFiles(body: Uint8Array, boundary: string): NewFile[] {
  const limits = { maxFileSize: FORM_BYTES, maxTotalSize: FORM_BYTES, maxParts: MOST_FILES }
  let files: NewFile[]
  try {
    files = Array.from(parseMultipart(body, { boundary, ...limits }), readPart)
  } catch (error) {
    // Or a name that is no UTF-8.
    if (error instanceof MultipartParseError || error instanceof TypeError) throw new Problem('bad_request')
    throw error
  }
  if (files.length === 0) throw new Problem('bad_request', { field: 'file' })
  return files
}

/** Anything else would be kept as its encoding. */
const AS_IT_IS = /^(?:7bit|8bit|binary)$/i
/** What is read by some as another name; RFC 7578 forbids the latter. */
const AMBIGUOUS = /\\|;\s*filename\*/i

function readPart(part: MultipartPart): NewFile {
  const { headers, content } = part
  if (AMBIGUOUS.test(headers['content-disposition'] ?? ''))
    throw new Problem('bad_request', { field: 'filename' })
  if (!AS_IT_IS.test(headers['content-transfer-encoding'] ?? 'binary'))
    throw new Problem('bad_request', { field: 'Content-Transfer-Encoding' })
  if (headers['content-encoding']) throw new Problem('bad_request', { field: 'Content-Encoding' })
  const { filename } = part
  if (filename === undefined) throw new Problem('unknown_field', { field: (part.name ?? '').slice(0, 200) })
  // As browsers write it: https://html.spec.whatwg.org/#multipart-form-data
  // Of its own, to be freed once it is stored: the form is freed now.
  return { name: filename.replaceAll('%22', '"'), bytes: give(Buffer.concat(content)) }
}
