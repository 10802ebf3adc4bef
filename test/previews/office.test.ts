import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import sharp from 'sharp'
import { OFFICE_KINDS } from '../../core/kinds.ts'
import { sniffType } from '../../server/files/sniff.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { flat } from './hostile.ts'
import { docx, openDocument, pptx, xlsx } from './office-files.ts'
import { openStudio } from './studio.ts'

const installed = spawnSync('soffice', ['--version']).status === 0
const walls = spawnSync('unshare', [
  '--user',
  '--map-root-user',
  '--mount',
  '--net',
  '--pid',
  '--fork',
  'true',
])
const absent = !installed && 'NOT TESTED HERE: LibreOffice is not installed'
const noWall = walls.status !== 0 && 'NOT TESTED HERE: this system lets nobody make namespaces'

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const cell =
  '<table:table table:name="T"><table:table-row><table:table-cell office:value-type="string"><text:p>Squat</text:p></table:table-cell></table:table-row></table:table>'
const slide =
  '<draw:page draw:name="p"><draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="5cm"><draw:text-box><text:p>Squat</text:p></draw:text-box></draw:frame></draw:page>'

test('office files become pages, whose first one stands for them', { skip: absent }, async (t) => {
  const { convert, make } = await openStudio(t)
  const files = {
    docx: await docx('Squat'),
    xlsx: await xlsx('Squat'),
    pptx: await pptx('Squat'),
    odt: await openDocument('text', '<text:p>Squat</text:p>'),
    ods: await openDocument('spreadsheet', cell),
    odp: await openDocument('presentation', slide),
  }
  for (const [kind, bytes] of Object.entries(files)) {
    const type = await sniffType(bytes)
    assert.equal(OFFICE_KINDS.get(type), kind)
    const pages = await convert(bytes, type)
    assert.equal(Buffer.from(pages.subarray(0, 5)).toString(), '%PDF-', kind)
    const first = await make(pages, 'application/pdf')
    assert.ok(
      ((await sharp(first.bytes).stats()).channels[0]?.min ?? 255) < 120,
      `${kind}: something is written`,
    )
  }
})

test('what an office file links to is not looked up: no file of ours, nothing on the network', {
  skip: absent || noWall,
}, async (t) => {
  const { convert } = await openStudio(t)
  let asked = 0
  const server = createServer((_, answer) => {
    asked++
    answer.end('found')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const secret = join(await makeTempFolder(), 'secret.txt')
  await writeFile(secret, 'S3CR3T '.repeat(200))
  const { port } = server.address() as AddressInfo
  const links = [`file://${secret}`, `http://127.0.0.1:${port}/a.txt`].map(
    (address, index) =>
      `<text:section text:name="S${index}"><text:section-source xlink:type="simple" xlink:href="${address}" xlink:show="embed"/><text:p/></text:section>`,
  )
  const plain = await convert(
    await openDocument('text', '<text:p>Squat</text:p>'),
    'application/vnd.oasis.opendocument.text',
  )
  const linked = await convert(
    await openDocument('text', `<text:p>Squat</text:p>${links.join('')}`),
    'application/vnd.oasis.opendocument.text',
  )
  assert.equal(asked, 0)
  assert.ok(linked.length < plain.length + 2000, 'no page of secrets')
})

test('a damaged office file costs its pages, and the next is converted', { skip: absent }, async (t) => {
  const { convert } = await openStudio(t)
  const whole = await docx('Squat')
  for (const bytes of [whole.subarray(0, 200), randomBytes(5000), await docx('</w:t>')]) {
    await convert(bytes, DOCX).catch((error) => assert.equal(error.name, 'PreviewFailed'))
  }
  assert.ok((await convert(whole, DOCX)).length > 500)
})

/** A program in place of LibreOffice that does what it shouldn't; `made/file.pdf` is what it gives back. */
async function openWith(t: TestContext, script: string, limits = {}) {
  const folder = join(await makeTempFolder(), 'program')
  await mkdir(folder)
  const officePath = join(folder, 'soffice')
  await writeFile(officePath, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { folder, ...(await openStudio(t, { officePath, officeLimits: limits })) }
}

const report = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('inside the wall there is nothing of ours, nothing to change and nobody to talk to', {
  skip: noWall,
}, async (t) => {
  process.env.SECRET_OF_TEST = 'a secret'
  const ours = await makeTempFolder()
  await writeFile(join(ours, 'file'), 'S3CR3T')
  const { folder, convert } = await openWith(
    t,
    `{ cat ${ours}/file; echo x > ${ours}/made; echo x > /usr/carnet-was-here; echo x > ${'$'}{0%/*}/was-here
      mount -t tmpfs none /mnt; umount /usr; mount -o remount,rw,bind /usr; ls / ; ls /proc | grep -c '^[0-9]'; cat /proc/net/dev; env
      kill -9 ${process.pid}; } > made/file.pdf 2>&1; true`,
  )
  const told = report(await convert(await docx('x'), DOCX))
  assert.ok(!told.includes('S3CR3T') && !told.includes('a secret') && !told.includes(process.cwd()), told)
  assert.doesNotMatch(told, /^\s*(eth|en|wl)\w*:/m)
  assert.doesNotMatch(told, /^(home|root|work|var|srv|data)$/m)
  for (const path of [join(ours, 'made'), '/usr/carnet-was-here', join(folder, 'was-here')])
    await assert.rejects(access(path), { code: 'ENOENT' })
  assert.match(told, /Read-only file system/)
})

test('what hangs is ended with all that it started', { skip: noWall }, async (t) => {
  const mark = `4${process.pid}`
  const { convert } = await openWith(t, `sleep ${mark} & setsid sleep ${mark} & sleep ${mark}`, {
    seconds: 2,
  })
  await assert.rejects(convert(await docx('x'), DOCX), { name: 'PreviewFailed', reason: 'timeout' })
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  assert.ok(!stdout.includes(`sleep ${mark}`), 'nothing sleeps on')
})

test('what writes without end finds no room, and what makes too much is refused', {
  skip: noWall,
}, async (t) => {
  const flood = await openWith(t, 'cat /dev/zero > made/file.pdf', { written: 20e6, seconds: 20 })
  await assert.rejects(flood.convert(await docx('x'), DOCX), { name: 'PreviewFailed', reason: 'unreadable' })
  const large = await openWith(t, 'head -c 9000000 /dev/zero > made/file.pdf', { bytes: 5e6 })
  await assert.rejects(large.convert(await docx('x'), DOCX), { name: 'PreviewFailed', reason: 'too_large' })
  const greedy = await openWith(t, 'a=x; while a=$a$a$a; do :; done', { memory: 300e6, seconds: 20 })
  await assert.rejects(greedy.convert(await docx('x'), DOCX), { name: 'PreviewFailed' })
})

test('where there is no LibreOffice, that is no fault of the file', async (t) => {
  const { convert, make } = await openStudio(t, { officePath: 'off' })
  await assert.rejects(convert(await docx('x'), DOCX), { name: 'PreviewFailed', reason: 'unconverted' })
  assert.equal((await make(await flat(20, 20).png().toBuffer(), 'image/png')).width, 20)
})
