import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import sharp from 'sharp'
import { openStudio } from './studio.ts'

/** The darkest shade in each of the first lines of a page. */
async function darkness(picture: Uint8Array, lines: number): Promise<number[]> {
  const { width, height } = await sharp(picture).metadata()
  const [margin, leading] = [(30 / 466) * height, (19 / 466) * height]
  return await Promise.all(
    Array.from({ length: lines }, async (_, line) => {
      const part = {
        left: 0,
        width,
        top: Math.round(margin + line * leading),
        height: Math.floor(leading) - 1,
      }
      const cut = await sharp(picture).extract(part).greyscale().toBuffer()
      return (await sharp(cut).stats()).channels[0]?.min ?? Number.NaN
    }),
  )
}

test('a text is a page with its first lines, in any writing', async (t) => {
  const { make } = await openStudio(t)
  const text = ['Genou droit, doucement', '', 'łódź, Zoé “œuvre”', '日本語のテキスト', 'ещё שלום', '']
  const page = await make(Buffer.from(text.join('\r\n')), 'text/plain')
  assert.deepEqual([page.width, page.height], [371, 480])
  assert.deepEqual(page.original, { width: 360, height: 466 })
  const [latin = 0, empty = 0, accents = 0, chinese = 0, others = 0, end = 0] = await darkness(page.bytes, 6)
  assert.ok(latin < 140 && accents < 140, `${latin} and ${accents}: letters`)
  for (const bar of [chinese, others]) assert.ok(bar > 180 && bar < 230, `${bar}: bars`)
  assert.ok(empty > 245 && end > 245)
  const french = await make(Buffer.from('déjà vu', 'latin1'), 'text/plain')
  assert.ok((await darkness(french.bytes, 1)).every((shade) => shade < 140))
})

test('of a long text the beginning is read, and no text does harm', async (t) => {
  const { make } = await openStudio(t, { workers: 1, limits: { bytes: 100 } })
  assert.equal((await make(Buffer.alloc(30e6, 'word '), 'text/plain')).width, 371)
  const texts = [
    'x'.repeat(20_000),
    ' '.repeat(20_000),
    '\n'.repeat(20_000),
    ') Tj ET endstream endobj trailer <</Root 9 0 R>>',
    '\u202e\u0301'.repeat(5000),
    randomBytes(5000),
  ]
  for (const text of texts) {
    assert.equal((await make(Buffer.from(text as string), 'text/plain')).width, 371)
  }
})
