import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The mails written below a data folder so far, the oldest first: the headers as sent, the plain text, its link. */
export async function readMails(dataDir: string) {
  const folder = join(dataDir, 'mail')
  // One that is still being written has its name only once it is whole.
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'))
  const mails = await Promise.all(
    names.map(async (name) => {
      const { mode, mtimeMs } = await stat(join(folder, name))
      const source = await readFile(join(folder, name), 'utf8')
      const [headers = ''] = source.split('\r\n\r\n', 1)
      const parts = source.split(/\r\n--[^\r\n]+\r\n/).slice(1, 3)
      const [text = '', html = ''] = parts.map(decodePart)
      const subject = decodeSubject(/^Subject: (.*(?:\r\n\s.*)*)/m.exec(headers)?.[1] ?? '')
      const to = /^To: (.*)$/m.exec(headers)?.[1] ?? ''
      return {
        name,
        mode: mode & 0o777,
        at: mtimeMs,
        source,
        headers,
        to,
        subject,
        text,
        html,
        link: linkIn(text),
      }
    }),
  )
  return mails.sort((a, b) => a.at - b.at)
}

function linkIn(text: string): string {
  return /https?:\/\/\S+/.exec(text)?.[0] ?? ''
}

function decodePart(part: string): string {
  const body = part.slice(part.indexOf('\r\n\r\n') + 4)
  if (/^Content-Transfer-Encoding: base64/im.test(part)) return Buffer.from(body, 'base64').toString()
  return /^Content-Transfer-Encoding: quoted-printable/im.test(part) ? decodeQuoted(body) : body
}

function decodeQuoted(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

function decodeSubject(text: string): string {
  return text
    .replace(/\?=\r\n\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?(.*?)\?=/gi, (_, way, word) =>
      way.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString()
        : decodeQuoted(word.replaceAll('_', ' ')),
    )
}
