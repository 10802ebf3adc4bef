import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Log } from '../../server/log.ts'
import { createMail, type Letter } from '../../server/notify/mail.ts'
import { readMails } from '../mails.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { startSmtp } from './smtp.ts'

const FROM = 'Carnet <carnet@carnet.test>'
const LETTER: Letter = {
  to: 'zoe@carnet.test',
  language: 'en',
  template: 'invitation',
  data: { name: 'Zoé <b>', practice: 'Kiné & Co', days: 7, link: 'https://carnet.test/invitation#secret' },
}

function createLines() {
  const lines: unknown[] = []
  return { lines, log: { info: (...line: unknown[]) => lines.push(line) } as unknown as Log }
}

test('without a server, mails are files that only the app reads, and their links are logged', async () => {
  const dataDir = await makeTempFolder()
  const { lines, log } = createLines()
  const mail = createMail({ smtpUrl: undefined, mailFrom: FROM, dataDir }, log)
  await mail.send(LETTER)
  const [written, ...others] = await readMails(dataDir)
  assert.deepEqual(others, [])
  assert.ok(written)
  assert.match(written.name, /^\d{14}-[0-9a-f-]{36}\.eml$/)
  assert.equal(written.mode, 0o600)
  assert.equal((await stat(join(dataDir, 'mail'))).mode & 0o777, 0o700)
  assert.equal((await readdir(join(dataDir, 'mail'))).length, 1)
  assert.match(JSON.stringify(lines), /https:\/\/carnet\.test\/invitation#secret/)
  assert.match(written.headers, /^From: Carnet <carnet@carnet\.test>$/m)
  assert.match(written.headers, /^Auto-Submitted: auto-generated$/m)
  assert.equal(written.to, 'zoe@carnet.test')
  assert.equal(written.subject, 'Kiné & Co invites you to Carnet')
  assert.equal(written.link, LETTER.data.link)
  assert.match(written.html, /Hello Zoé &lt;b&gt;,/)
  assert.match(written.html, /href="https:\/\/carnet\.test\/invitation#secret"/)
  assert.doesNotMatch(written.html, /src=|url\(|@import/)
})

test('every letter is in every language, with nothing left to fill in', async () => {
  const dataDir = await makeTempFolder()
  const mail = createMail({ smtpUrl: undefined, mailFrom: FROM, dataDir }, createLines().log)
  for (const language of ['en', 'fr', 'es'] as const) {
    await mail.send({ ...LETTER, language })
    await mail.send({ ...LETTER, language, template: 'request' })
    await mail.send({ ...LETTER, language, template: 'external', data: { ...LETTER.data, by: 'Zoé <b>' } })
  }
  const mails = await readMails(dataDir)
  assert.equal(mails.length, 9)
  assert.equal(new Set(mails.map(({ subject }) => subject)).size, 9)
  for (const { subject, text, link } of mails) {
    assert.match(subject, /Kiné & Co/)
    assert.match(text, /Zoé <b>/)
    assert.equal(link, LETTER.data.link)
    assert.doesNotMatch(text, /undefined|\$\{|null/)
  }
})

test('a name can’t add headers or receivers', async () => {
  const dataDir = await makeTempFolder()
  const mail = createMail({ smtpUrl: undefined, mailFrom: FROM, dataDir }, createLines().log)
  const data = { ...LETTER.data, practice: 'Kiné\r\nBcc: eve@carnet.test' }
  await mail.send({ ...LETTER, to: 'zoe@carnet.test, eve@carnet.test', data } as Letter)
  const [written] = await readMails(dataDir)
  assert.doesNotMatch(written?.headers ?? '', /^Bcc:/m)
  assert.doesNotMatch(written?.to ?? '', /eve@carnet\.test$/)
})

test('with a server, mails go there; when it refuses or is gone, sending fails so that it is tried again', async (t) => {
  const smtp = await startSmtp(t)
  const dataDir = await makeTempFolder()
  const { lines, log } = createLines()
  const mail = createMail({ smtpUrl: smtp.url, mailFrom: FROM, dataDir }, log)
  t.after(() => mail.close())
  await mail.send(LETTER)
  assert.match(smtp.received[0] ?? '', /^To: zoe@carnet\.test\r$/m)
  smtp.state.refuse = true
  await assert.rejects(mail.send(LETTER), /451/)
  const gone = createMail({ smtpUrl: 'smtp://127.0.0.1:1', mailFrom: FROM, dataDir }, log)
  await assert.rejects(gone.send(LETTER), /ECONNREFUSED/)
  assert.equal(smtp.received.length, 1)
  assert.deepEqual(lines, [])
  assert.deepEqual(await readMails(dataDir), [])
})
