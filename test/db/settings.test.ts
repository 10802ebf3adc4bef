import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { describeSettings, SETTINGS_DOC } from '../../scripts/settings-doc.ts'
import { readSettings, SettingsError, settingsTable } from '../../server/settings.ts'

test('without an environment everything has its default; an empty variable is an absent one', () => {
  const expected = {
    port: 8080,
    host: '127.0.0.1',
    publicUrl: undefined,
    dataDir: resolve('./data'),
    databaseUrl: undefined,
    databaseConnections: 10,
    statementSeconds: 30,
    smtpUrl: undefined,
    mailFrom: 'Carnet <carnet@localhost>',
    clamdUrl: undefined,
    secret: undefined,
    encryption: true,
    masterKey: undefined,
    masterKeyNext: undefined,
    masterKeyFile: undefined,
    backgroundSpeed: 20,
    blobStore: 'disk',
    s3Endpoint: undefined,
    s3Bucket: undefined,
    s3Region: 'us-east-1',
    s3AccessKeyId: undefined,
    s3SecretAccessKey: undefined,
    s3Prefix: '',
    s3PathStyle: true,
    trustProxy: 0,
    accelPrefix: undefined,
    officePath: undefined,
    logLevel: 'info',
  }
  assert.deepEqual(readSettings({}), expected)
  const empty = Object.fromEntries(Object.values(settingsTable).map(({ env }) => [env, ' ']))
  assert.deepEqual(readSettings(empty), expected)
})

test('sense is read', () => {
  const settings = readSettings({
    PORT: '0',
    HOST: '::',
    PUBLIC_URL: 'https://Carnet.example.org/',
    DATABASE_URL: 'postgres://u:p@db/carnet',
    SMTP_URL: 'smtps://u:p@mail.example.org',
    MAIL_FROM: 'post@example.org',
    ACCEL_PREFIX: '/carnet-blobs/',
    TRUST_PROXY: '2',
    LOG_LEVEL: 'warn',
  })
  assert.equal(settings.port, 0)
  assert.equal(settings.host, '::')
  assert.equal(settings.publicUrl, 'https://carnet.example.org')
  assert.equal(settings.trustProxy, 2)
  assert.equal(settings.accelPrefix, '/carnet-blobs/')
})

const NONSENSE: [string, string[]][] = [
  ['PORT', ['abc', '-1', '65536', '80.5', '1e3', '0x50', '99999999999999999999']],
  ['HOST', ['a b', 'http://x', '<script>']],
  [
    'PUBLIC_URL',
    ['carnet.example.org', 'ftp://x', 'https://x/path', 'https://x?y', 'https://u:p@x', 'https://'],
  ],
  ['DATA_DIR', ['a\0b']],
  ['DATABASE_URL', ['mysql://u:hunter2@h/d', 'hunter2']],
  ['DATABASE_CONNECTIONS', ['1', '201', 'many']],
  ['DATABASE_STATEMENT_SECONDS', ['0', '3601', 'x']],
  ['SMTP_URL', ['https://u:hunter2@h', 'hunter2']],
  ['MAIL_FROM', ['nobody', 'a@b\r\nBcc: c@d', 'A <b>']],
  ['CLAMD_URL', ['clamd', 'http://clamd:3310', 'tcp://clamd', 'unix:clamd.ctl']],
  ['SECRET', ['hunter2']],
  ['ENCRYPTION', ['yes', 'ON']],
  ['MASTER_KEY', ['hunter2', 'a'.repeat(63)]],
  ['MASTER_KEY_NEXT', ['hunter2']],
  ['MASTER_KEY_FILE', ['a\0b']],
  ['BACKGROUND_MB_PER_SECOND', ['0', 'fast']],
  ['BLOB_STORE', ['S3', 'both']],
  ['S3_ENDPOINT', ['s3.example.org', 'https://x/path', 'https://u:p@x', 'ftp://x']],
  ['S3_BUCKET', ['a', 'a/b', '-ab', 'a b c']],
  ['S3_REGION', ['eu west', 'a/b']],
  ['S3_ACCESS_KEY_ID', ['a b']],
  ['S3_SECRET_ACCESS_KEY', ['hunter2 hunter2']],
  ['S3_PREFIX', ['carnet', '/carnet/', 'a//', 'a b/']],
  ['S3_PATH_STYLE', ['yes', 'path']],
  ['TRUST_PROXY', ['yes', '-1', '11']],
  ['SOFFICE_PATH', ['soffice', 'on']],
  ['ACCEL_PREFIX', ['carnet-blobs', '/carnet-blobs', '/', '/a/$x/']],
  ['LOG_LEVEL', ['INFO', 'loud']],
]

test('nonsense in a setting is refused in one line that names it, and a secret is never repeated', () => {
  for (const [env, values] of NONSENSE) {
    for (const value of values) {
      assert.throws(
        () => readSettings({ [env]: value }),
        (error) =>
          error instanceof SettingsError &&
          error.message.startsWith(`${env} must be `) &&
          !error.message.includes('\n') &&
          !error.message.includes('hunter2'),
        `${env}=${value}`,
      )
    }
  }
  const covered = NONSENSE.map(([env]) => env)
  assert.deepEqual(
    covered.sort(),
    Object.values(settingsTable)
      .map(({ env }) => env)
      .sort(),
  )
})

test('docs/settings.md is current: npm run docs', async () => {
  assert.equal(await readFile(SETTINGS_DOC, 'utf8'), describeSettings())
})
