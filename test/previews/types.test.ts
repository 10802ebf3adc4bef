import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasPreview, kindOf } from '../../core/kinds.ts'
import { sniffType } from '../../server/files/sniff.ts'
import { holds } from '../properties.ts'
import { flat, pdfPage } from './hostile.ts'

test('the type is found in the bytes', async () => {
  const found: [Buffer | string, string][] = [
    [await flat(9, 9).jpeg().toBuffer(), 'image/jpeg'],
    [await flat(9, 9).png().toBuffer(), 'image/png'],
    [await flat(9, 9).webp().toBuffer(), 'image/webp'],
    [await flat(9, 9).gif().toBuffer(), 'image/gif'],
    [await flat(9, 9).avif().toBuffer(), 'image/avif'],
    [await flat(9, 9).tiff().toBuffer(), 'image/tiff'],
    [pdfPage('x'), 'application/pdf'],
    ['\0\0\0\x20ftypisom\0\0\0\0isomavc1', 'video/mp4'],
    ['\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'video/quicktime'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image/heic'],
    [Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(900)]), 'audio/mpeg'],
    ['nom,âge\nZoé,41\n', 'text/plain'],
    ['\ufeffnotes', 'text/plain'],
    ['{"a": 1}', 'text/plain'],
    ['BEGIN:VCARD\nVERSION:3.0\n', 'text/plain'],
    ['\x1b[31mred', 'application/octet-stream'],
    ['a\0b', 'application/octet-stream'],
    [Buffer.from('é', 'latin1'), 'text/plain'],
    [Buffer.from('été', 'latin1'), 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ]
  for (const [bytes, type] of found) {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    assert.equal(await sniffType(buffer), type, JSON.stringify(bytes.toString().slice(0, 30)))
  }
})

test('a text cut in the middle of a character is a text', async () => {
  assert.equal(await sniffType(Buffer.from('Zoé').subarray(0, 3)), 'text/plain')
})

test('nothing that a browser would run is called by its name', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const html = ['<!DOCTYPE html><script>alert(1)</script>', '<html>', '  \n<script>', '<!--x--><body>']
  for (const text of [
    ...html,
    svg,
    `<?xml version="1.0"?>${svg}`,
    `\ufeff<?xml version="1.0"?>${svg}`,
    'alert(1)',
  ]) {
    assert.equal(await sniffType(Buffer.from(text)), 'text/plain', text)
  }
  assert.equal(
    await sniffType(Buffer.from(`<?xml version="1.0"?>${svg}`, 'utf16le')),
    'application/octet-stream',
  )
  const starts = fc.constantFrom(
    ...html,
    svg,
    '<?xml version="1.0"?>',
    'PK\x03\x04',
    '%PDF',
    'RIFF',
    '\0\0\0\x18ftyp',
    '',
  )
  await holds(
    fc.asyncProperty(starts, fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
      const type = await sniffType(Buffer.concat([Buffer.from(start, 'latin1'), rest]))
      assert.match(type, /^(application|audio|font|image|model|video)\/[\w.+-]+$|^text\/plain$/)
      assert.doesNotMatch(type, /html$|svg|xml$|javascript/)
    }),
    { runs: 100 },
  )
})

test('an office file is not taken for XML', async () => {
  const name = '[Content_Types].xml'
  const header = Buffer.alloc(30)
  header.write('PK\x03\x04')
  const content =
    '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
  header.writeUInt32LE(content.length, 18)
  header.writeUInt32LE(content.length, 22)
  header.writeUInt16LE(name.length, 26)
  const type = await sniffType(Buffer.concat([header, Buffer.from(name + content)]))
  assert.equal(type, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')
})

test('a type has one way of being shown', () => {
  const kinds = {
    image: ['image/jpeg', 'image/heic', 'image/bmp'],
    pdf: ['application/pdf'],
    video: ['video/mp4', 'video/webm', 'video/quicktime'],
    audio: ['audio/mpeg', 'audio/x-m4a'],
    text: ['text/plain'],
    other: [
      'image/svg+xml',
      'text/html',
      'video/x-flv',
      'application/zip',
      'application/octet-stream',
      '',
      'constructor',
    ],
  }
  for (const [kind, types] of Object.entries(kinds)) {
    for (const type of types) assert.equal(kindOf(type), kind, type)
  }
  const previewed = [
    'image/jpeg',
    'image/heic',
    'application/pdf',
    'video/mp4',
    'video/webm',
    'audio/mpeg',
    'text/plain',
  ]
  assert.ok(previewed.every(hasPreview))
  assert.ok(!['image/bmp', 'image/svg+xml', 'audio/midi', 'text/html'].some(hasPreview))
})
