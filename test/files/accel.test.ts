import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'content-disposition'
import sharp from 'sharp'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld, readProblem, type World } from '../world.ts'

const PREFIX = '/carnet-blobs/'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

async function enter(t: TestContext) {
  const world = await createWorld(t, { settings: { ACCEL_PREFIX: PREFIX, ENCRYPTION: 'off' } })
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  return { world, olivia, client, spaceId: client.spaceId, browser: await world.signIn(olivia) }
}

test('who may have the bytes is handed over, once it is written down; nobody else is', async (t) => {
  const { world, olivia, client, browser, spaceId } = await enter(t)
  const { id } = await browser.upload(LETTERS, { spaceId, name: 'Été.txt' })
  const path = `/api/items/${id}/content`
  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  const entries = async () =>
    (await world.db.selectFrom('audit_entry').select('id').where('action', '=', 'file_downloaded').execute())
      .length
  const handed = await browser.fetch(path)
  assert.equal(handed.status, 200)
  assert.equal(handed.headers.get('X-Accel-Redirect'), `${PREFIX}${key}`)
  assert.equal(await handed.text(), '')
  assert.equal(await entries(), 1)

  const own: [headers: Record<string, string>, status: number][] = [
    [{ 'If-Match': '*' }, 200],
    [{ 'If-Unmodified-Since': new Date(Date.now() + 5000).toUTCString() }, 200],
    [{ 'If-None-Match': handed.headers.get('ETag') ?? '' }, 304],
    [{ Range: 'bytes=26-' }, 416],
  ]
  for (const [headers, status] of own) {
    const answer = await browser.fetch(path, { headers })
    assert.deepEqual([answer.status, answer.headers.get('X-Accel-Redirect')], [status, null])
    if (status === 200) assert.equal(await answer.text(), LETTERS)
  }
  const head = await browser.fetch(path, { method: 'HEAD' })
  assert.deepEqual([head.headers.get('Content-Length'), head.headers.get('X-Accel-Redirect')], ['26', null])

  const stranger = await world.signIn(client)
  await world.setStakeholder(client, olivia, 'archived')
  for (const other of [stranger, browser]) {
    const refused = await other.fetch(path)
    assert.equal(refused.headers.get('X-Accel-Redirect'), null)
    assert.equal((await readProblem(refused)).code, 'not_found')
  }
})

const NGINX = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0)

test('behind a real nginx, set up as docs/operate.md says, nothing else changes', {
  skip: NGINX ? false : 'there is no nginx on this machine',
}, async (t) => {
  const { world, browser: direct, spaceId } = await enter(t)
  const browser = direct.at(await startNginx(t, world))
  const name = '😀'.repeat(255)
  const { id } = await browser.upload(LETTERS, { spaceId, name })
  const path = `/api/items/${id}/content`
  const whole = await browser.fetch(path)
  const { headers } = whole
  assert.deepEqual([whole.status, await whole.text()], [200, LETTERS])
  assert.match(headers.get('Server') ?? '', /nginx/)
  assert.equal(headers.get('X-Accel-Redirect'), null)
  const itself = await direct.fetch(path, { headers: { 'If-Match': '*' } })
  const same = [
    ...['ETag', 'Last-Modified', 'Content-Type', 'Content-Length', 'Content-Disposition', 'Cache-Control'],
    ...['Content-Security-Policy', 'X-Content-Type-Options', 'Cross-Origin-Resource-Policy', 'Accept-Ranges'],
  ]
  for (const one of same) assert.equal(headers.get(one), itself.headers.get(one), one)
  assert.equal(parse(headers.get('Content-Disposition') ?? '').parameters.filename, name)

  const etag = headers.get('ETag') ?? ''
  const cases: [headers: Record<string, string>, status: number, text: string][] = [
    [{ Range: 'bytes=3-5' }, 206, 'def'],
    [{ Range: 'bytes=-3' }, 206, 'xyz'],
    [{ Range: 'bytes=3-5', 'If-Range': etag }, 206, 'def'],
    [{ Range: 'bytes=3-5', 'If-Range': '"other"' }, 200, LETTERS],
    [{ 'If-None-Match': etag }, 304, ''],
    [{ 'If-None-Match': '"other"' }, 200, LETTERS],
    [{ 'If-Modified-Since': new Date().toUTCString() }, 304, ''],
    [{ 'If-Match': etag }, 200, LETTERS],
  ]
  for (const [asked, status, text] of cases) {
    const answer = await browser.fetch(path, { headers: asked })
    assert.deepEqual([answer.status, await answer.text()], [status, text], JSON.stringify(asked))
  }
  for (const [asked, status] of [
    [{ 'If-Match': '"other"' }, 412],
    [{ Range: 'bytes=26-' }, 416],
  ] as const)
    assert.equal((await browser.fetch(path, { headers: asked })).status, status)

  const photo = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const image = await browser.upload(photo, { spaceId, name: 'a.png' })
  const thumb = await browser.fetch(`/api/items/${image.id}/preview/thumb`)
  assert.equal(thumb.headers.get('Content-Type'), 'image/webp')
  assert.equal((await sharp(Buffer.from(await thumb.arrayBuffer())).metadata()).width, 20)

  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  for (const guess of [`${PREFIX}${key}`, PREFIX])
    assert.equal((await fetch(new URL(guess, browser.origin))).status, 404, guess)
})

/** The locations of the documentation, around this world. */
async function startNginx(t: TestContext, world: World): Promise<string> {
  const doc = await readFile(join(import.meta.dirname, '../../docs/operate.md'), 'utf8')
  const locations = [...doc.matchAll(/^location .*?^}$/gms)].map(([text]) => text).join('\n')
  assert.match(locations, /internal;/)
  const folder = await makeTempFolder()
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n')
  const conf = `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr warn;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events {}
    http { access_log off; ${temporary}
      server { listen 127.0.0.1:${port};
        ${locations.replaceAll('http://127.0.0.1:8080', world.origin).replaceAll('/var/lib/carnet', world.dataDir)}
    } }`
  await writeFile(join(folder, 'nginx.conf'), conf)
  const nginx = spawn(NGINX ?? '', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' })
  t.after(async () => {
    nginx.kill('SIGTERM')
    await once(nginx, 'exit')
  })
  const origin = `http://127.0.0.1:${port}`
  await until('nginx serves', async () => {
    assert.equal(nginx.exitCode, null, 'nginx refuses what the documentation says')
    return fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  return origin
}
