import { randomUUID } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { syncFolder } from '../data-folder.ts'
import type { Log } from '../log.ts'
import type { Settings } from '../settings.ts'
import { compose, type Language, type Letters } from './letters.ts'

export type Letter = {
  [Name in keyof Letters]: { to: string; language: Language; template: Name; data: Letters[Name] }
}[keyof Letters]

export type Mail = ReturnType<typeof createMail>

/** Sends letters by SMTP or, without a server, writes them as .eml files and logs their links. */
export function createMail(
  { smtpUrl, mailFrom, dataDir }: Pick<Settings, 'smtpUrl' | 'mailFrom' | 'dataDir'>,
  log: Log,
) {
  const folder = join(dataDir, 'mail')
  const transport = smtpUrl
    ? createTransport({
        url: smtpUrl,
        connectionTimeout: 10_000,
        greetingTimeout: 10_000,
        socketTimeout: 30_000,
      })
    : undefined
  const writer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })

  return {
    /** Resolves once the server took the letter, or the file is durable. @throws when it can't be sent: try again later */
    async send({ to, language, template, data }: Letter): Promise<void> {
      const message = {
        from: mailFrom,
        to: { name: '', address: to },
        // Answered by nobody, so that absence notes don't come back.
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
        ...compose(language, template, data),
      }
      if (transport) {
        await transport.sendMail(message)
        return
      }
      const { message: bytes } = await writer.sendMail(message)
      const file = await writeLetter(folder, bytes as Buffer)
      log.info({ file, link: data.link }, `a mail was written (${template})`)
    },

    close: () => transport?.close(),
  }
}

async function writeLetter(folder: string, bytes: Buffer): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomUUID()}`
  const path = join(folder, `${name}.eml`)
  const file = await open(join(folder, `${name}.tmp`), 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(join(folder, `${name}.tmp`), path)
  await syncFolder(folder)
  return path
}
