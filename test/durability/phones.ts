import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Problem } from '../../core/errors.ts'
import { type Browser, encodeMetadata } from '../world.ts'
import { contentOf, hashOf, type Random } from './random.ts'

/**
 * What somebody adds, as they know it from the answers that they got. In `putting`, `leaving`, `returning` and
 * `dropping` they asked for something, and the answer never came: either may have happened.
 */
export type Sending = {
  name: string
  seed: number
  size: number
  sha256: string
  /** Unknown while no answer told. */
  path: string | null
  /** The furthest offset that was answered, and the furthest byte that was ever sent. */
  acknowledged: number
  sent: number
  itemId: string | null
  deletion: { id: string; at: number } | null
  fate: 'coming' | 'putting' | 'there' | 'leaving' | 'gone' | 'returning' | 'dropping' | 'dropped'
}

type FormAnswer = {
  files: { name: string; item?: { id: string }; problem?: { status: number; code: string } }[]
}

export type Phones = ReturnType<typeof createPhones>

const TUS = { 'Tus-Resumable': '1.0.0' }
const BYTES = { ...TUS, 'Content-Type': 'application/offset+octet-stream' }
const KB = 1024
const MB = 1024 * KB
/** Of the ten seconds in which one can undo: what surely is within. */
const UNDO_MS = 8_000
const MOST = { coming: 12, there: 60 }

/**
 * People who add, delete and bring back files all at once, and keep account of what they were told. None of
 * their files is larger than `largest` (bytes).
 */
export function createPhones(needs: { random: Random; spaceId: string; seed: number; largest: number }) {
  const { random, spaceId, seed, largest } = needs
  const sendings: Sending[] = []
  const busy = new Set<Sending>()
  /** Whoever waits for a last byte to be on its way. */
  let onLastByte = () => {}

  function pickSize(): number {
    if (random.chance(0.35)) return random.between(1, 64 * KB)
    if (random.chance(0.75)) return random.between(64 * KB, 2 * MB)
    if (random.chance(0.85)) return random.between(2 * MB, 12 * MB)
    return random.between(33 * MB, 80 * MB)
  }

  const bytesOf = (sending: Sending, start: number, end: number) => {
    sending.sent = Math.max(sending.sent, end)
    if (end === sending.size) onLastByte()
    return contentOf(sending.seed, start, end)
  }

  function arrived(sending: Sending, headers: Headers) {
    sending.acknowledged = Number(headers.get('Upload-Offset') ?? sending.acknowledged)
    sending.itemId = headers.get('Carnet-Item')
    assert.equal(sending.itemId !== null, sending.acknowledged === sending.size, 'a whole file is an item')
    if (sending.itemId) sending.fate = 'there'
  }

  function newSending(fate: 'coming' | 'putting', picked = pickSize()): Sending {
    const size = Math.min(largest, picked)
    const name = `${sendings.length}.bin`
    const contentSeed = seed + sendings.length
    const sending: Sending = {
      name,
      seed: contentSeed,
      size,
      sha256: hashOf(contentSeed, size),
      path: null,
      acknowledged: 0,
      sent: 0,
      itemId: null,
      deletion: null,
      fate,
    }
    sendings.push(sending)
    return sending
  }

  async function begin(at: Browser) {
    const sending = newSending('coming')
    const { name, size } = sending
    await occupied([sending], async () => {
      const end = random.pick([0, random.between(1, size), size]) ?? 0
      const answer = await at.fetch('/api/uploads', {
        method: 'POST',
        headers: {
          ...(end > 0 ? BYTES : TUS),
          'Upload-Length': String(size),
          'Upload-Metadata': encodeMetadata({ filename: name, spaceId, level: 'everybody' }),
        },
        ...(end > 0 && { body: bytesOf(sending, 0, end) }),
      })
      await expectStatus(answer, 201)
      sending.path = answer.headers.get('Location')
      arrived(sending, answer.headers)
      assert.equal(sending.acknowledged, end)
    })
  }

  async function put(at: Browser) {
    const sending = newSending('putting')
    const { name, size } = sending
    await occupied([sending], async () => {
      const place = new URLSearchParams({ spaceId, level: 'everybody' })
      const body = bytesOf(sending, 0, size)
      const answer = await at.fetch(`/api/files/${name}?${place}`, { method: 'PUT', body })
      await expectStatus(answer, 201)
      sending.itemId = ((await answer.json()) as { id: string }).id
      sending.fate = 'there'
    })
  }

  /** Several at once, in one form. */
  async function post(at: Browser) {
    const some = Array.from({ length: random.between(2, 4) }, () =>
      newSending('putting', random.between(1, 900 * KB)),
    )
    await occupied(some, async () => {
      const body = new FormData()
      for (const sending of some)
        body.append('file', new File([bytesOf(sending, 0, sending.size)], sending.name))
      const place = new URLSearchParams({ spaceId, level: 'everybody' })
      const answer = await at.fetch(`/api/files?${place}`, { method: 'POST', body })
      if (answer.status !== 207) await expectStatus(answer, 201)
      const { files } = (await answer.json()) as FormAnswer
      for (const [index, sending] of some.entries()) {
        const { name, item, problem } = files[index] ?? assert.fail()
        assert.equal(name, sending.name)
        assert.ok(item || problem?.status === 503, problem?.code)
        if (!item) continue
        sending.itemId = item.id
        sending.fate = 'there'
      }
      if (answer.status === 207) throw new Problem('unavailable')
    })
  }

  async function goOn(at: Browser, sending: Sending, most?: number) {
    const { path, acknowledged: start, size } = sending
    const step = most ?? random.pick([random.between(1, 2000), random.between(1, 300 * KB), size]) ?? size
    const end = Math.min(size, start + step)
    const unanswered = sending.sent > start
    const breakingOff = !most && random.chance(0.15) ? AbortSignal.timeout(random.between(1, 20)) : null
    try {
      const answer = await at.fetch(path ?? '', {
        method: 'PATCH',
        headers: { ...BYTES, 'Upload-Offset': String(start) },
        body: bytesOf(sending, start, end),
        signal: breakingOff,
      })
      // What was refused when the database went may have been written down all the same.
      if (answer.status === 409 && unanswered) return await askHowFar(at, sending)
      await expectStatus(answer, 204)
      arrived(sending, answer.headers)
      assert.equal(sending.acknowledged, end)
    } catch (error) {
      if (!breakingOff?.aborted) throw error
      await askHowFar(at, sending)
    }
  }

  /** What was acknowledged is there, and nothing that was never sent; of one that is whole, the file. */
  async function askHowFar(at: Browser, sending: Sending) {
    const answer = await at.fetch(sending.path ?? '', { method: 'HEAD', headers: TUS })
    await expectStatus(answer, 200)
    const offset = Number(answer.headers.get('Upload-Offset'))
    const { acknowledged, sent } = sending
    assert.ok(
      acknowledged <= offset && offset <= sent,
      `${sending.name}: ${acknowledged} ≤ ${offset} ≤ ${sent}`,
    )
    arrived(sending, answer.headers)
  }

  async function remove(at: Browser, some: Sending[]) {
    for (const sending of some) sending.fate = 'leaving'
    const { deletionId } = await at.api.files.deleteItems({ ids: some.map(({ itemId }) => itemId ?? '') })
    for (const sending of some) {
      sending.fate = 'gone'
      sending.deletion = { id: deletionId, at: Date.now() }
    }
  }

  async function bringBack(at: Browser, { deletion }: Sending) {
    const together = sendings.filter((other) => deletion && other.deletion?.id === deletion.id)
    for (const sending of together) sending.fate = 'returning'
    await at.api.files.undoDeletion({ deletionId: deletion?.id ?? '' })
    for (const sending of together) {
      sending.fate = 'there'
      sending.deletion = null
    }
  }

  /** Asked once more, it is gone either way. */
  async function giveUp(at: Browser, sending: Sending) {
    const again = sending.fate === 'dropping'
    sending.fate = 'dropping'
    const answer = await at.fetch(sending.path ?? '', { method: 'DELETE', headers: TUS })
    if (!again || answer.status !== 404) await expectStatus(answer, 204)
    // Sent whole without an answer, it may have been a file by then, which stays.
    sending.fate = sending.sent === sending.size ? 'putting' : 'dropped'
  }

  async function download(at: Browser, { itemId, name, sha256 }: Sending) {
    const answer = await at.fetch(`/api/items/${itemId}/content`)
    await expectStatus(answer, 200)
    const hash = createHash('sha256')
    for await (const chunk of answer.body ?? []) hash.update(chunk)
    assert.equal(hash.digest('hex'), sha256, `${name} is not what was sent`)
  }

  async function occupied(some: Sending[], act: () => Promise<void>) {
    for (const sending of some) busy.add(sending)
    await act().finally(() => {
      for (const sending of some) busy.delete(sending)
    })
  }

  const idle = (fate: Sending['fate']) =>
    sendings.filter((sending) => sending.fate === fate && !busy.has(sending))

  /** One thing that somebody does. Rejects with a TypeError of fetch when the server goes away meanwhile. */
  async function act(at: Browser): Promise<void> {
    const coming = idle('coming').filter(({ path }) => path)
    const there = idle('there')
    const recent = idle('gone').filter(({ deletion }) => deletion && deletion.at > Date.now() - UNDO_MS)
    const [one, file, undone] = [random.pick(coming), random.pick(there), random.pick(recent)]
    if (undone && random.chance(0.05)) return bringBack(at, undone)
    if (file && random.chance(there.length > MOST.there ? 0.6 : 0.08)) {
      const some = [...new Set([file, random.pick(there) ?? file])]
      return occupied(some, () => remove(at, some))
    }
    if (file && random.chance(0.08)) return occupied([file], () => download(at, file))
    if (one && random.chance(0.03)) return occupied([one], () => giveUp(at, one))
    if (one && (coming.length > MOST.coming || random.chance(0.7)))
      return occupied([one], () => goOn(at, one))
    if (random.chance(0.15)) return post(at)
    return random.chance(0.25) ? put(at) : begin(at)
  }

  return {
    sendings,
    act,
    goOn,
    askHowFar,
    download,
    remove,
    giveUp,
    /** Calls once, when the last byte of some file is about to go. */
    nextLastByte: () =>
      new Promise<void>((resolve) => {
        onLastByte = resolve
      }),
  }
}

async function expectStatus(answer: Response, status: number) {
  if (answer.status === status) return
  const text = await answer.text()
  const { code } = text ? JSON.parse(text) : { code: undefined }
  // Told apart from a violation by who knows whether something was taken away from the server.
  if (answer.status === 503) throw new Problem('unavailable')
  assert.fail(`${answer.status} ${code} in place of ${status}`)
}
