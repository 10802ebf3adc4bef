import { resolve } from 'node:path'
import { z } from 'zod'
import { StartError } from './start-error.ts'

/** One environment variable. `must` completes "NAME must be …"; `secret` values are never repeated in an error. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  env: string
  doc: string
  must: string
  /** The text read when the variable is absent or empty; undefined when what happens then is told by `unset`. */
  default?: string
  unset?: string
  secret?: true
  schema: S
}

const setting = <S extends z.ZodType>(row: Setting<S>) => row

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))

const url = (...protocols: string[]) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''))

const masterKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/i)
  .optional()

const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const

/** Every setting there is, in the order of docs/settings.md. */
export const settingsTable = {
  port: setting({
    env: 'PORT',
    doc: 'The TCP port to serve on; 0 takes any free one.',
    must: 'a whole number from 0 to 65535',
    default: '8080',
    schema: wholeNumber(0, 65535),
  }),
  host: setting({
    env: 'HOST',
    doc: 'The address to serve on. The default answers this machine only, because records of health should not cross a network without TLS: put a reverse proxy in front. In a container, use `0.0.0.0`.',
    must: 'an IP address or a host name',
    default: '127.0.0.1',
    schema: z.string().regex(/^[\w.:-]+$/),
  }),
  publicUrl: setting({
    env: 'PUBLIC_URL',
    doc: 'The address that people type. Links in e-mails start with it, and with `https` cookies are marked Secure.',
    must: 'an http or https address without a path, such as https://carnet.example.org',
    unset: '`http://localhost:PORT`',
    schema: url('http:', 'https:')
      .refine((text) => /^https?:\/\/[^/?#@]+\/?$/i.test(text))
      .transform((text) => new URL(text).origin)
      .optional(),
  }),
  dataDir: setting({
    env: 'DATA_DIR',
    doc: 'The folder that holds everything: database, files, uploads under way, mails, secret key.',
    must: 'the path of a folder',
    default: './data',
    schema: z
      .string()
      .refine((text) => !text.includes('\0'))
      .transform((text) => resolve(text)),
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    doc: 'An existing PostgreSQL (15 or later, encoding UTF8) to use instead of the embedded one.',
    must: 'a PostgreSQL address, such as postgresql://user:password@host:5432/database',
    unset: 'a PostgreSQL of its own in `DATA_DIR/postgres`',
    secret: true,
    schema: url('postgres:', 'postgresql:').optional(),
  }),
  databaseConnections: setting({
    env: 'DATABASE_CONNECTIONS',
    doc: 'How many connections to the database requests may use at once.',
    must: 'a whole number from 2 to 200',
    default: '10',
    schema: wholeNumber(2, 200),
  }),
  statementSeconds: setting({
    env: 'DATABASE_STATEMENT_SECONDS',
    doc: 'How long the database may work on one statement before it gives it up, lest one request hold up all others: that request is answered with 503. Migrations and the final removal of what was deleted take the time they need.',
    must: 'a whole number from 1 to 3600',
    default: '30',
    schema: wholeNumber(1, 3600),
  }),
  smtpUrl: setting({
    env: 'SMTP_URL',
    doc: 'The mail server, such as `smtps://user:password@mail.example.org`.',
    must: 'a mail server address, such as smtp://user:password@host:587',
    unset: 'mails are written to `DATA_DIR/mail` as `.eml` files and their links logged',
    secret: true,
    schema: url('smtp:', 'smtps:').optional(),
  }),
  mailFrom: setting({
    env: 'MAIL_FROM',
    doc: 'The sender of mails.',
    must: 'an e-mail address, with or without a name: Carnet <carnet@example.org>',
    default: 'Carnet <carnet@localhost>',
    schema: z.string().regex(/^(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/),
  }),
  clamdUrl: setting({
    env: 'CLAMD_URL',
    doc: 'The malware scanner, ClamAV’s clamd: `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. Until it has looked at a file, only the file’s owner gets its bytes.',
    must: 'the address of clamd, such as tcp://host:3310 or unix:/path',
    unset: 'files are not scanned',
    schema: z
      .string()
      .regex(/^(?:tcp:\/\/[^/?#@]+:[1-9]\d*\/?|unix:\/[^?#]+)$/)
      .refine((text) => URL.canParse(text))
      .optional(),
  }),
  secret: setting({
    env: 'SECRET',
    doc: 'The key that signs sessions and encrypts what authenticator apps share with us. Changing it signs everybody out; who uses such an app then needs a recovery code.',
    must: 'at least 32 characters',
    unset: 'a random key, made at the first start and kept in `DATA_DIR/secret`',
    secret: true,
    schema: z.string().min(32).optional(),
  }),
  encryption: setting({
    env: 'ENCRYPTION',
    doc: 'Whether files are sealed before they are stored: `on` or `off`. It holds for what comes from then on; what is stored already can be read either way.',
    must: 'on or off',
    default: 'on',
    schema: z.enum(['on', 'off']).transform((text) => text === 'on'),
  }),
  masterKey: setting({
    env: 'MASTER_KEY',
    doc: 'The key to all sealed files, 64 hexadecimal digits. Without it no file can be read again, by anybody: keep a copy away from the files, and not in their backups.',
    must: '64 hexadecimal digits',
    unset: 'the one in `MASTER_KEY_FILE`',
    secret: true,
    schema: masterKey,
  }),
  masterKeyNext: setting({
    env: 'MASTER_KEY_NEXT',
    doc: 'Read by `rotate-master-key` alone, where the environment has the key: what it is to be.',
    must: '64 hexadecimal digits',
    unset: 'a random key is made',
    secret: true,
    schema: masterKey,
  }),
  masterKeyFile: setting({
    env: 'MASTER_KEY_FILE',
    doc: 'The file that holds the master key; made at the first start when absent. On another disk than the files it protects them even from who takes away theirs.',
    must: 'the path of a file',
    unset: '`DATA_DIR/master.key`',
    schema: z
      .string()
      .refine((text) => !text.includes('\0'))
      .transform((text) => resolve(text))
      .optional(),
  }),
  backgroundSpeed: setting({
    env: 'BACKGROUND_MB_PER_SECOND',
    doc: 'How fast files are read beside people’s work, in megabytes a second: by the nightly check, and by what seals the files of earlier versions.',
    must: 'a whole number from 1 to 10000',
    default: '20',
    schema: wholeNumber(1, 10_000),
  }),
  blobStore: setting({
    env: 'BLOB_STORE',
    doc: 'Where new files are stored: `disk`, in `DATA_DIR`, or `s3`, in the bucket `S3_BUCKET`. What lies in the other place is still read there, until [`npm run move-blobs`](operate.md#files-in-an-s3-bucket) has moved it.',
    must: 'disk or s3',
    default: 'disk',
    schema: z.enum(['disk', 's3']),
  }),
  s3Endpoint: setting({
    env: 'S3_ENDPOINT',
    doc: 'The address of a store that speaks S3, such as Ceph or MinIO.',
    must: 'an http or https address without a path, such as https://s3.example.org',
    unset: 'Amazon S3 in `S3_REGION`',
    schema: url('http:', 'https:')
      .refine((text) => /^https?:\/\/[^/?#@]+\/?$/i.test(text))
      .optional(),
  }),
  s3Bucket: setting({
    env: 'S3_BUCKET',
    doc: 'The bucket. It has to exist.',
    must: 'the name of a bucket: 3 to 63 letters, digits, dots and hyphens',
    unset: 'there is none',
    schema: z
      .string()
      .regex(/^[a-z0-9][\w.-]{1,61}[a-z0-9]$/i)
      .optional(),
  }),
  s3Region: setting({
    env: 'S3_REGION',
    doc: 'The region of the bucket. Most stores other than Amazon’s take any.',
    must: 'the name of a region, such as eu-west-3',
    default: 'us-east-1',
    schema: z.string().regex(/^[\w-]+$/),
  }),
  s3AccessKeyId: setting({
    env: 'S3_ACCESS_KEY_ID',
    doc: 'The key that may read, write, remove and list what is in the bucket.',
    must: 'an access key, without spaces',
    unset: 'needed along with `S3_BUCKET`',
    schema: z.string().regex(/^\S+$/).optional(),
  }),
  s3SecretAccessKey: setting({
    env: 'S3_SECRET_ACCESS_KEY',
    doc: 'Its secret.',
    must: 'the secret of an access key, without spaces',
    unset: 'needed along with `S3_BUCKET`',
    secret: true,
    schema: z.string().regex(/^\S+$/).optional(),
  }),
  s3Prefix: setting({
    env: 'S3_PREFIX',
    doc: 'What the names of all objects begin with, for a bucket that others use too.',
    must: 'letters, digits, dots and hyphens that end with a slash, such as carnet/',
    unset: 'nothing',
    schema: z
      .string()
      .regex(/^(?:[\w.-]+\/)+$/)
      .optional()
      .transform((text) => text ?? ''),
  }),
  s3PathStyle: setting({
    env: 'S3_PATH_STYLE',
    doc: 'Whether the bucket stands in the path of an address (`on`, as Ceph and MinIO want it) or in its host name (`off`, as Amazon does).',
    must: 'on or off',
    default: 'on',
    schema: z.enum(['on', 'off']).transform((text) => text === 'on'),
  }),
  trustProxy: setting({
    env: 'TRUST_PROXY',
    doc: 'How many reverse proxies stand in front: that many last entries of `X-Forwarded-For` are believed.',
    must: 'a whole number from 0 to 10',
    default: '0',
    schema: wholeNumber(0, 10),
  }),
  accelPrefix: setting({
    env: 'ACCEL_PREFIX',
    doc: 'Let nginx send the bytes of downloads and previews: Carnet decides, writes it down, and answers with `X-Accel-Redirect` below this address, which an internal location of nginx maps to `DATA_DIR/blobs` ([how](operate.md#downloads-by-nginx)). Only for bytes that lie there plain, and only where nobody reaches Carnet past nginx. What nginx has begun to send can’t be broken off any more when access ends.',
    must: 'a path that begins and ends with a slash, such as /carnet-blobs/',
    unset: 'Carnet sends all bytes itself',
    schema: z
      .string()
      .regex(/^\/(?:[\w.-]+\/)+$/)
      .optional(),
  }),
  officePath: setting({
    env: 'SOFFICE_PATH',
    doc: 'LibreOffice’s `soffice`, which turns Word, Excel, PowerPoint and OpenDocument files into pages to look at; `off` for none. Where Linux lets Carnet wall it in (no network, no files but its programs), it need not be named; named, it is used even where it can’t be walled in, as in many containers.',
    must: 'the path of a program, or off',
    unset: 'the one found on the machine, if it can be walled in',
    schema: z
      .string()
      .refine((text) => text === 'off' || (text.startsWith('/') && !text.includes('\0')))
      .optional(),
  }),
  logLevel: setting({
    env: 'LOG_LEVEL',
    doc: 'How much to log: `error`, `warn`, `info`, `debug` or `trace`.',
    must: `one of ${LOG_LEVELS.join(', ')}`,
    default: 'info',
    schema: z.enum(LOG_LEVELS),
  }),
}

type Table = typeof settingsTable
export type Settings = { readonly [K in keyof Table]: z.output<Table[K]['schema']> }

/** A setting that makes no sense: the message is one line that names it and says why. */
export class SettingsError extends StartError {
  override name = 'SettingsError'
}

/**
 * An empty variable counts as absent, as Compose files pass them so; `otherwise` replaces defaults of the table.
 * @throws {SettingsError} on the first nonsense
 */
export function readSettings(
  env: Record<string, string | undefined> = process.env,
  otherwise: Record<string, string> = {},
): Settings {
  const entries = Object.entries<Setting>(settingsTable).map(([key, row]) => {
    const given = env[row.env]?.trim() || undefined
    const result = row.schema.safeParse(given ?? otherwise[row.env] ?? row.default)
    if (!result.success) {
      const seen = row.secret ? '' : `, not ${JSON.stringify(given?.slice(0, 100))}`
      throw new SettingsError(`${row.env} must be ${row.must}${seen}`)
    }
    return [key, result.data]
  })
  return Object.fromEntries(entries) as Settings
}
