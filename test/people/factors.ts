import assert from 'node:assert/strict'
import { codeOf, stepAt } from '../../server/people/sign-in/totp.ts'
import { readMails } from '../mails.ts'
import { cookieOf, type House, PASSWORD, visitFrom } from './house.ts'
import { createSoftPasskey } from './soft-passkey.ts'

/** Somebody at a browser of their own, with its cookies and address. */
export function openDevice(house: House, ip = '192.0.2.1') {
  const jar = new Map<string, string>()
  const { security } = house.people

  /** Asks as this browser, and keeps what it is given. */
  async function ask<T>(act: (visit: ReturnType<typeof visitFrom>) => Promise<T>): Promise<T> {
    const visit = visitFrom(ip, [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    try {
      return await act(visit)
    } finally {
      for (const cookie of cookieOf(visit).split('; ').filter(Boolean)) {
        const [name = '', value = ''] = cookie.split('=', 2)
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
    }
  }

  const headers = () => visitFrom(ip, [...jar].map(([name, value]) => `${name}=${value}`).join('; ')).headers

  return {
    ask,
    /** Who this browser is taken for. */
    who: () => house.people.sessions.actorOf(headers(), ip),
    async session() {
      const found = await house.people.sessions.actorOf(headers(), ip)
      assert.ok(found, 'nobody is signed in')
      return found.session
    },
    signIn: (email: string, password = PASSWORD) =>
      ask((visit) => security.signIn(visit, { email, password })),
    /** A link of this kind that is mailed to them; undefined where none comes. */
    async mailedLink(email: string, purpose: 'link' | 'reset' = 'link') {
      const before = (await readMails(house.dataDir)).length
      await ask((visit) => security.mailLink(visit, { email, purpose }))
      await house.runJobs()
      const mails = (await readMails(house.dataDir)).slice(before)
      const mail = mails.find(({ to, link }) => to === email && link.includes('#'))
      return mail?.link.split('#')[1]
    },
  }
}

type Device = ReturnType<typeof openDevice>

/** Sets an app up; answers its codes, and the recovery codes. */
export async function addApp(house: House, device: Device) {
  const { security } = house.people
  const { secret } = await security.beginApp(await device.session())
  const bytes = fromBase32(secret)
  /** The code of now, or of some steps later. */
  const code = (later = 0) => codeOf(bytes, stepAt(house.now()) + later)
  const used = code()
  const { recoveryCodes } = await security.confirmApp(await device.session(), { code: used })
  return { code, used, recoveryCodes }
}

export async function addPasskey(house: House, device: Device, name = 'Phone') {
  const { security } = house.people
  const passkey = createSoftPasskey('http://carnet.test')
  const question = await security.askToMakePasskey(await device.session())
  await security.addPasskey(await device.session(), { name, answer: passkey.make(question) })
  return {
    ...passkey,
    signIn: (on: Device) =>
      on.ask(async (visit) =>
        security.signInWithPasskey(visit, { answer: passkey.sign(await security.askForPasskey(visit)) }),
      ),
  }
}

export function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
