import type { Page } from '@playwright/test'
import { codeOf, stepAt } from '../../server/people/sign-in/totp.ts'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { readMails } from '../mails.ts'
import { fromBase32 } from '../people/factors.ts'
import { createWorld, PASSWORD } from '../world.ts'
import { journey } from './journey.ts'

/** Sets up the app that stands in an open dialog; answers its codes and the recovery codes. */
async function setUpApp(page: Page) {
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('img', { name: 'QR code' })).toBeVisible()
  const secret = fromBase32(
    (await dialog.getByText(/^(?:[A-Z2-7]{4} ?){8}$/).textContent())?.replaceAll(' ', '') ?? '',
  )
  /** Of now, or of some steps later: none works twice. */
  const code = (later = 0) => codeOf(secret, stepAt(new Date()) + later)
  await dialog.getByLabel('Code that the app shows').fill(code())
  await expectNoAxeViolations(page)
  await dialog.getByRole('button', { name: 'Turn on' }).click()
  const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  await expectNoAxeViolations(page)
  const recoveryCodes = await codes.allTextContents()
  await dialog.getByRole('button', { name: 'I kept them' }).click()
  return { code, recoveryCodes }
}

/** A finger that this device knows, on the sensor all the time. */
async function addFinger(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

async function signIn(page: Page, { email }: { email: string }): Promise<void> {
  await page.getByLabel('E-mail', { exact: true }).fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Carnet')
}

journey(
  'a practice asks for second factors: a passkey, an app, a recovery code, a link, and sessions that end',
  async ({ t, enter, visit }) => {
    const world = await createWorld(t, { host: 'localhost' })
    const company = await world.addCompany({ name: 'Clinique du Parc' })
    const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana Roy' })
    const bob = await world.addProfessional(company, 'employee', { name: 'Bob Hay' })

    const refused = [/status of 40[139] .*\/api\//]
    const page = await enter(world, ana, { allowed: refused })
    await addFinger(page)
    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('link', { name: 'Company', exact: true }).click()
    const required = page.getByRole('checkbox', { name: 'Require a second factor' })
    await required.check()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Set up a second factor for yourself first')).toBeVisible()

    await page.getByRole('button', { name: 'Ana Roy' }).click()
    await page.getByRole('menuitem', { name: 'Security' }).click()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await expect(page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem')).toHaveCount(1)
    await page.getByRole('button', { name: 'Set up an app' }).click()
    const hers = await setUpApp(page)
    await expect(page.getByText('10 codes left.')).toBeVisible()
    await expectNoAxeViolations(page)

    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('link', { name: 'Company', exact: true }).click()
    await required.check()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved.')).toBeVisible()

    const phone = await visit(world.origin, { phone: true, allowed: refused })
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText('Sign in to Carnet')
    await expectNoAxeViolations(phone)
    await signIn(phone, bob)
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText('A second factor is needed')
    await expectNoAxeViolations(phone)
    await phone.getByRole('button', { name: 'Set up an app' }).click()
    await setUpApp(phone)
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText('Contacts')

    // A browser that offers no passkeys for the address: it would be in by one before the button is pressed.
    const offersNone = () =>
      Object.assign(PublicKeyCredential, { isConditionalMediationAvailable: async () => false })
    await page.addInitScript(offersNone)
    await signOut(page, 'Ana Roy')
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Contacts')
    await signOut(page, 'Ana Roy')
    await signIn(page, ana)
    await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible()
    await expectNoAxeViolations(page)
    await page.getByLabel('Code').fill('000000')
    await page.keyboard.press('Enter')
    await expect(page.getByText('This code is not right')).toBeVisible()
    await page.getByLabel('Code').fill(hers.code(1))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Contacts')

    const other = await visit(world.origin, { allowed: refused })
    await other.getByRole('button', { name: 'E-mail me a link' }).click()
    await other.getByLabel('E-mail').fill(ana.email)
    await expectNoAxeViolations(other)
    await other.getByRole('button', { name: 'Send the link' }).click()
    await expect(other.getByText('a link is on its way there')).toBeVisible()
    await world.runJobs()
    const mails = await readMails(world.dataDir)
    const link = mails.find(({ link }) => link.includes('/sign-in/link#'))?.link ?? ''
    await other.goto(link)
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('Welcome back')
    await expectNoAxeViolations(other)
    await other.getByRole('button', { name: 'Sign in' }).click()
    await other.getByRole('button', { name: 'Use a recovery code' }).click()
    await other.getByLabel('Recovery code').fill(hers.recoveryCodes[0] ?? '')
    await other.keyboard.press('Enter')
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('Contacts')

    await page.goto(`${world.origin}/security`)
    const sessions = page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem')
    await expect(sessions).toHaveText([/This device.*127\.0\.0\.1/, /Chrome · Linux/])
    await page.getByRole('button', { name: /^Sign out: Chrome/ }).click()
    await expect(sessions).toHaveCount(1)
    await other.getByRole('link', { name: 'Administration' }).click()
    await expect(other.getByRole('heading', { name: 'Sign in again' })).toBeVisible()

    // A password alone changes no password, nor erases the account.
    await world.db
      .updateTable('session')
      .set({ created_at: new Date(Date.now() - 11 * 60_000) })
      .execute()
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByLabel('Present password').fill(PASSWORD)
    await page.getByLabel('New password').fill('another horse battery')
    await page.getByRole('button', { name: 'Confirm' }).click()
    const confirming = page.getByRole('dialog', { name: 'Confirm that it’s you' })
    await expectNoAxeViolations(page)
    await confirming.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await confirming.getByRole('button', { name: 'Sign in' }).click()
    await confirming.getByRole('button', { name: 'Use a recovery code' }).click()
    await confirming.getByLabel('Recovery code').fill(hers.recoveryCodes[1] ?? '')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Your password was changed.')).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)

    await world.db
      .updateTable('session')
      .set({ created_at: new Date(Date.now() - 11 * 60_000) })
      .execute()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByLabel(`Type ${ana.email}`).fill(ana.email)
    await page.getByLabel('Present password').fill('another horse battery')
    await page.getByRole('dialog').getByRole('button', { name: 'Erase my account' }).click()
    await expect(confirming).toBeVisible()
  },
)
