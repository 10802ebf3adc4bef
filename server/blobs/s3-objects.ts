import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { type Part, StorageFailed } from './port.ts'
import { type Attempt, attempt, statusOf } from './s3-attempts.ts'

/** A bucket, or what lies under `prefix` in it. Without `endpoint`, it is Amazon's. */
export interface S3Place {
  endpoint: string | undefined
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  prefix: string
  pathStyle: boolean
}

/** What can be sent more than once. */
export type Body = { size: number; read(): Readable }

export function bodyOf(bytes: Uint8Array): Body {
  return { size: bytes.length, read: () => Readable.from(bytes.length > 0 ? [bytes] : []) }
}

export type JoinedPart = { number: number; tag: string }

export type S3Objects = ReturnType<typeof createS3Objects>

const CONNECT_MS = 3_000
const PATIENCE_MS = 15_000
/** What is put together from many parts isn't there at once. */
const JOINING_MS = 55_000

/**
 * The objects of a bucket: tried again where that helps, bounded in time, with the errors of stores. `patience` (ms) is
 * how long the bucket may be silent, while it reads, writes or thinks.
 */
export function createS3Objects(
  { endpoint, bucket, region, prefix, pathStyle, ...credentials }: S3Place,
  patience = PATIENCE_MS,
) {
  const client = new S3Client({
    ...(endpoint && { endpoint }),
    region,
    credentials,
    forcePathStyle: pathStyle,
    // What the SDK adds by itself isn't known to every server; TLS and the signature cover the bytes on their way.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    // We try again ourselves, since only we can read the same bytes twice; and we know who is silent.
    maxAttempts: 1,
    // What it has to say stands in its errors.
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: 0,
      // A download holds its connection for as long as its receiver takes.
      httpAgent: { maxSockets: Number.POSITIVE_INFINITY },
      httpsAgent: { maxSockets: Number.POSITIVE_INFINITY },
    },
  })
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + key })
  const source = (key: string) => ({ CopySource: `${bucket}/${prefix}${key}` })

  /** A body is read anew for each attempt. */
  async function send<T>(
    body: Body,
    verb: (stream: Readable, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return attempt(async ({ signal, alive, abort }) => {
      const stream = sending(body, alive)
      stream.once('error', abort)
      try {
        return await verb(stream, signal)
      } finally {
        stream.destroy()
      }
    }, patience)
  }

  const ask = <T>(verb: (signal: AbortSignal) => Promise<T>, atMost = patience) =>
    attempt(({ signal }: Attempt) => verb(signal), atMost)

  async function put(key: string, body: Body): Promise<void> {
    await send(body, (Body, abortSignal) =>
      client.send(new PutObjectCommand({ ...at(key), Body, ContentLength: body.size }), { abortSignal }),
    )
  }

  /** @throws {RangeError} the part doesn't lie inside the object, which it may be by its end only */
  async function get(key: string, part?: Part): Promise<{ stream: Readable; size: number } | undefined> {
    const range = part && { Range: `bytes=${part.start}-${part.end}` }
    const answer = await ask(async (abortSignal) => {
      const asked = client.send(new GetObjectCommand({ ...at(key), ...range }), { abortSignal })
      return asked.catch(absent).catch(outside)
    })
    if (answer === 'outside') throw new RangeError(`no bytes ${part?.start}-${part?.end}`)
    if (!answer) return undefined
    const stream = heard(answer.Body as Readable, patience)
    if (!part) return { stream, size: answer.ContentLength ?? 0 }
    const [, start, end, size] =
      /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '')?.map(Number) ?? []
    if (start === part.start && end === part.end && size !== undefined) return { stream, size }
    stream.destroy()
    if (size !== undefined && part.end >= size)
      throw new RangeError(`bytes ${part.start}-${part.end} of ${size}`)
    throw new StorageFailed('S3: another part was answered than was asked for')
  }

  async function head(key: string): Promise<{ size: number; modified: Date } | undefined> {
    const found = await ask((abortSignal) =>
      client.send(new HeadObjectCommand(at(key)), { abortSignal }).catch(absent),
    )
    return found && { size: found.ContentLength ?? 0, modified: found.LastModified ?? new Date(0) }
  }

  async function remove(key: string): Promise<void> {
    await ask((abortSignal) => client.send(new DeleteObjectCommand(at(key)), { abortSignal }).catch(absent))
  }

  /** In the order of their keys. */
  async function* list(below: string): AsyncGenerator<{ key: string; size: number; modified: Date }, void> {
    let token: string | undefined
    do {
      const page = await ask((abortSignal) => {
        const where = { Bucket: bucket, Prefix: prefix + below, ...(token && { ContinuationToken: token }) }
        return client.send(new ListObjectsV2Command(where), { abortSignal })
      })
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? [])
        yield { key: Key.slice(prefix.length), size: Size, modified: inSeconds(LastModified) }
      token = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (token)
  }

  async function copy(from: string, to: string): Promise<void> {
    await ask(
      (abortSignal) => client.send(new CopyObjectCommand({ ...at(to), ...source(from) }), { abortSignal }),
      JOINING_MS,
    )
  }

  /** Begins an object of several parts, which is there once they are joined. Resolves with what it goes by till then. */
  async function begin(key: string): Promise<string> {
    const { UploadId } = await ask((abortSignal) =>
      client.send(new CreateMultipartUploadCommand(at(key)), { abortSignal }),
    )
    return given(UploadId)
  }

  async function putPart(key: string, UploadId: string, PartNumber: number, body: Body): Promise<string> {
    const { ETag } = await send(body, (Body, abortSignal) => {
      const part = { ...at(key), UploadId, PartNumber, Body, ContentLength: body.size }
      return client.send(new UploadPartCommand(part), { abortSignal })
    })
    return given(ETag)
  }

  async function copyPart(key: string, UploadId: string, PartNumber: number, from: string): Promise<string> {
    const { CopyPartResult } = await ask((abortSignal) => {
      const part = { ...at(key), UploadId, PartNumber, ...source(from) }
      return client.send(new UploadPartCopyCommand(part), { abortSignal })
    }, JOINING_MS)
    return given(CopyPartResult?.ETag)
  }

  /** Resolves with false where nothing is under way any more: it was joined before, or given up. */
  async function join(key: string, UploadId: string, parts: JoinedPart[]): Promise<boolean> {
    const MultipartUpload = { Parts: parts.map(({ number, tag }) => ({ PartNumber: number, ETag: tag })) }
    const joined = await ask((abortSignal) => {
      const command = new CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload })
      return client.send(command, { abortSignal }).catch(absent)
    }, JOINING_MS)
    return joined !== undefined
  }

  /** Gives back the room of parts that nobody will join. Not every server can; then its own rule for old parts has to. */
  async function abort(key: string, UploadId: string): Promise<void> {
    await ask((abortSignal) =>
      client
        .send(new AbortMultipartUploadCommand({ ...at(key), UploadId }), { abortSignal })
        .catch((error) => {
          if (![404, 405, 501].includes(statusOf(error) ?? 0)) throw error
        }),
    )
  }

  return {
    put,
    get,
    head,
    remove,
    list,
    copy,
    begin,
    putPart,
    copyPart,
    join,
    abort,
    close: () => client.destroy(),
  }
}

/** As `head` tells them. */
const inSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000)

function absent(error: unknown): undefined {
  if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined
  throw error
}

function outside(error: unknown): 'outside' {
  if (statusOf(error) === 416) return 'outside'
  throw error
}

function given(value: string | undefined): string {
  if (!value) throw new StorageFailed('S3: an answer without what it should tell')
  return value
}

function sending(body: Body, alive: () => void): Readable {
  return Readable.from(
    (async function* () {
      for await (const chunk of body.read()) {
        alive()
        yield chunk
      }
    })(),
    { objectMode: false },
  )
}

/** Fails when the store falls silent while somebody waits for it; a receiver may take its time. */
function heard(body: Readable, patience: number): Readable {
  async function* chunks() {
    const source = body[Symbol.asyncIterator]()
    for (;;) {
      const timer = setTimeout(() => body.destroy(new StorageFailed('S3 fell silent')), patience)
      const { done, value } = await source.next().finally(() => clearTimeout(timer))
      if (done) return
      yield value as Uint8Array
    }
  }
  return Readable.from(chunks(), { objectMode: false }).once('close', () => body.destroy())
}
