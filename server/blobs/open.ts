import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { StartError } from '../start-error.ts'
import { openDiskStore } from './disk.ts'
import { layerStores } from './layered.ts'
import { type BlobStore, type MarkedStore, StorageFailed } from './port.ts'
import type { S3Place } from './s3-objects.ts'

type Where = Settings['blobStore']

/** The store that is written to, and the other as far as there is one. `names` is what an operator calls them. */
export type Stores = {
  written: MarkedStore
  other: MarkedStore | undefined
  names: { written: string; other: string }
  close(): void
}

/**
 * What the settings say. The disk counts as the other store as long as something lies there, a bucket as long as it is
 * set: so nothing that is stored is ever out of reach because of the switch alone.
 * @throws {StartError} the bucket can't be used
 */
export async function openStores(settings: Settings): Promise<Stores> {
  const { dataDir, blobStore } = settings
  const disk = { folder: join(dataDir, 'blobs'), staging: join(dataDir, 'uploads') }
  const place = placeOf(settings)
  if (!place) return { written: await openDiskStore(disk), other: undefined, names: NAMES.disk, close() {} }
  if (settings.accelPrefix)
    throw new StartError('ACCEL_PREFIX is of no use with S3_BUCKET: nginx has only the disk')

  // Its library weighs as much as all of ours, and most who start us have no bucket.
  const { openS3Store } = await import('./s3.ts')
  const s3 = openS3Store(place, { spoolFolder: join(dataDir, 'spool') })
  try {
    await tryOut(s3, place, blobStore)
    const onDisk = blobStore === 'disk' || (await exists(disk.folder)) ? await openDiskStore(disk) : undefined
    const { close } = s3
    if (blobStore === 'disk' && onDisk) return { written: onDisk, other: s3, names: NAMES.disk, close }
    const other = onDisk && !(await isEmpty(onDisk)) ? onDisk : undefined
    return { written: s3, other, names: NAMES.s3, close }
  } catch (error) {
    s3.close()
    throw error
  }
}

const NAMES = {
  disk: { written: 'on the disk', other: 'in the bucket' },
  s3: { written: 'in the bucket', other: 'on the disk' },
}

/** The store that the settings name, or both as one: for a command that ends by itself. @throws {StartError} */
export async function openStore(settings: Settings): Promise<BlobStore> {
  return asOne(await openStores(settings))
}

/** Both as one. */
export function asOne({ written, other }: Stores): BlobStore {
  return other ? layerStores(written, other) : written
}

function placeOf(settings: Settings): S3Place | undefined {
  const { s3Bucket: bucket, s3AccessKeyId, s3SecretAccessKey } = settings
  if (!bucket) {
    if (settings.blobStore === 's3') throw new StartError('S3_BUCKET must be set with BLOB_STORE=s3')
    return undefined
  }
  if (!s3AccessKeyId || !s3SecretAccessKey)
    throw new StartError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set along with S3_BUCKET')
  return {
    bucket,
    endpoint: settings.s3Endpoint,
    region: settings.s3Region,
    accessKeyId: s3AccessKeyId,
    secretAccessKey: s3SecretAccessKey,
    prefix: settings.s3Prefix,
    pathStyle: settings.s3PathStyle,
  }
}

/** What a bucket's owner does wrong, by what S3 calls it. */
const REASONS: Record<string, string> = {
  NoSuchBucket: 'S3_BUCKET: there is no such bucket',
  InvalidAccessKeyId: 'S3_ACCESS_KEY_ID: nobody there knows this key',
  SignatureDoesNotMatch: 'S3_SECRET_ACCESS_KEY is not the secret of S3_ACCESS_KEY_ID',
  AccessDenied: 'S3_ACCESS_KEY_ID: this key may not read, write, remove and list what is in S3_BUCKET',
  PermanentRedirect: 'S3_REGION: the bucket is elsewhere',
  AuthorizationHeaderMalformed: 'S3_REGION: the bucket is elsewhere',
}

async function tryOut(store: BlobStore, { endpoint, bucket }: S3Place, blobStore: Where): Promise<void> {
  try {
    for await (const _ of store.list()) break
    if (blobStore === 's3') await store.check()
  } catch (error) {
    if (!(error instanceof StorageFailed)) throw error
    const reason = REASONS[(error.cause as Error | undefined)?.name ?? ''] ?? error.message
    throw new StartError(`${reason} (${bucket} at ${endpoint ?? 'Amazon S3'})`)
  }
}

/** Nothing is stored, and nothing on its way. */
export async function isEmpty(store: BlobStore): Promise<boolean> {
  // What arrives meanwhile is on its way first, and stored then.
  for (const which of ['staged', 'committed'] as const) for await (const _ of store.list(which)) return false
  return true
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
