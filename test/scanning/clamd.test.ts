import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { ClamdFailed, createClamd } from '../../server/clamd.ts'
import { readSettings } from '../../server/settings.ts'
import { EICAR, startClamd } from '../clamd.ts'
import { makeTempFolder } from '../temp-folder.ts'

const failed = (error: unknown) => error instanceof ClamdFailed
const zeros = (count: number, size: number) =>
  Readable.from(Array.from({ length: count }, () => Buffer.alloc(size)))

test('what clamd says of bytes is understood, however they are cut', async (t) => {
  const clamd = await startClamd(t)
  const { scan, ping } = createClamd(clamd.url)
  await ping()
  assert.deepEqual(await scan(Readable.from([Buffer.from('harmless')])), { is: 'clean' })
  assert.deepEqual(await scan(Readable.from([])), { is: 'clean' })
  const infected = { is: 'infected', malware: 'Eicar-Test-Signature' }
  assert.deepEqual(await scan(Readable.from([Buffer.from(EICAR)])), infected)
  const inPieces = [...Buffer.from(EICAR)].map((byte) => Buffer.of(byte))
  assert.deepEqual(await scan(Readable.from(inPieces)), infected)
  assert.deepEqual(clamd.seen.streams, [8, 0, EICAR.length, EICAR.length])

  await scan(zeros(1, 1_000_000))
  assert.equal(clamd.seen.streams.at(-1), 1_000_000)
  assert.ok(clamd.seen.chunk <= 64 * 1024)
})

test('what clamd can’t look at is no malware', async (t) => {
  const clamd = await startClamd(t)
  const { scan } = createClamd(clamd.url)
  for (const answers of [
    'stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND',
    'stream: Heuristics.Encrypted.PDF FOUND',
    'INSTREAM size limit exceeded. ERROR',
  ]) {
    clamd.state.answers = answers
    assert.deepEqual(await scan(Readable.from([Buffer.from('x')])), { is: 'unscannable' }, answers)
  }
})

test('more than clamd takes isn’t sent to its end, and is unscannable or a failure, never clean', async (t) => {
  const clamd = await startClamd(t)
  const { scan } = createClamd(clamd.url)
  let sent = 0
  async function* endless() {
    for (; sent < 1024 ** 3; sent += 1024 ** 2) yield Buffer.alloc(1024 ** 2)
  }
  // The limit is told and the line is cut at once: either may come first.
  const verdict = await scan(endless()).catch((error) => {
    assert.ok(failed(error))
    return { is: 'unscannable' }
  })
  assert.deepEqual(verdict, { is: 'unscannable' })
  assert.ok(sent < 200 * 1024 ** 2, `${sent}`)
})

test('a clamd that is not there, hangs up, talks nonsense or never answers is a failure', async (t) => {
  const clamd = await startClamd(t)
  const bytes = () => Readable.from([Buffer.from('x')])
  clamd.state.refuses = true
  await assert.rejects(createClamd(clamd.url).scan(bytes()), failed)
  await assert.rejects(createClamd(clamd.url).ping(), failed)
  clamd.state.refuses = false

  for (const answers of ['stream: Can’t allocate memory ERROR', '', 'OK', 'x'.repeat(10_000)]) {
    clamd.state.answers = answers
    await assert.rejects(createClamd(clamd.url).scan(bytes()), failed, answers)
  }
  clamd.state.answers = undefined

  clamd.state.holds = true
  await assert.rejects(createClamd(clamd.url, { lookMs: 50 }).scan(bytes()), failed)
  clamd.letGo()

  const deaf = await listenDeaf(t)
  await assert.rejects(createClamd(deaf, { sendMs: 50 }).scan(zeros(10_000, 64 * 1024)), failed)
  await assert.rejects(createClamd('tcp://127.0.0.1:1').ping(), failed)
  await assert.rejects(createClamd('unix:/nowhere/clamd.ctl').ping(), failed)
})

test('bytes that can’t be read are no fault of clamd’s', async (t) => {
  const clamd = await startClamd(t)
  async function* broken() {
    yield Buffer.from('x')
    throw new TypeError('a disk')
  }
  await assert.rejects(createClamd(clamd.url).scan(broken()), TypeError)
})

test('clamd is found by a socket in the file system too', async (t) => {
  const path = join(await makeTempFolder(), 'clamd.ctl')
  const server = createServer((socket) => socket.end('PONG\0')).listen(path)
  t.after(() => server.close())
  await createClamd(`unix:${path}`).ping()
})

test('CLAMD_URL is an address of clamd’s, or refused', () => {
  for (const url of [
    'tcp://clamd:3310',
    'tcp://[::1]:3310',
    'tcp://10.0.0.1:3310/',
    'unix:/run/clamav/clamd.ctl',
  ])
    assert.equal(readSettings({ CLAMD_URL: url }).clamdUrl, url)
  assert.equal(readSettings({ CLAMD_URL: '' }).clamdUrl, undefined)
  for (const url of [
    'clamd',
    'http://clamd:3310',
    'tcp://clamd',
    'tcp://:3310',
    'tcp://clamd:99999',
    'unix:clamd.ctl',
  ])
    assert.throws(() => readSettings({ CLAMD_URL: url }), /CLAMD_URL must be/, url)
})

/** Takes what the system takes for it, and reads nothing. */
async function listenDeaf(t: Pick<TestContext, 'after'>): Promise<string> {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    t.after(() => socket.destroy())
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? `tcp://127.0.0.1:${address.port}` : ''
}
