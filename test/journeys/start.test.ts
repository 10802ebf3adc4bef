import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { readMails } from '../mails.ts'
import { WORDS } from '../messages.ts'
import { startNode, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { journey } from './journey.ts'

/** `npm start` on an empty data folder, without the build. */
async function start(t: TestContext) {
  const dataDir = join(await makeTempFolder(), 'data')
  const app = startNode(['server/main.ts', 'start'], { DATA_DIR: dataDir, PORT: '0' })
  t.after(async () => {
    app.child.kill('SIGTERM')
    await app.ended
  })
  const [, setupLink = ''] = await app.says(/^Set it up here: (.*)$/m)
  return { dataDir, setupLink }
}

const LANGUAGES = [
  { language: 'en', locale: 'en-CA', subject: /invites you/ },
  { language: 'fr', locale: 'fr-CA', subject: /vous invite/ },
  { language: 'es', locale: 'es-MX', subject: /invita a/ },
] as const

for (const { language, locale, subject } of LANGUAGES)
  journey(`from an empty folder to a client who is in, in ${language}`, async ({ t, visit }) => {
    const words = WORDS[language]
    const { dataDir, setupLink } = await start(t)
    const page = await visit(setupLink, { locale })
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    await page.getByLabel(words.practice).fill('Clinique du Parc')
    await page.getByLabel(words.your_name).fill('Amélie Roy')
    await page.getByLabel(words.email).fill('amelie@carnet.test')
    await page.getByLabel(words.password, { exact: true }).fill('quatre mots sans rapport')
    await page.getByRole('button', { name: words.set_up_submit }).click()

    await expect(page.getByRole('heading', { name: words.contacts_none })).toBeVisible()
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: words.contacts_add_client }).first().click()
    const adding = page.getByRole('dialog', { name: words.contacts_add_client })
    await adding.getByLabel(words.contacts_name).fill('Maria Fernández')
    await adding.getByLabel(words.contacts_email).fill('maria@')
    await page.keyboard.press('Enter')
    await expect(adding.getByLabel(words.contacts_email)).toHaveAccessibleDescription(
      new RegExp(words.error_email_invalid),
    )
    await expectNoAxeViolations(page)
    await adding.getByLabel(words.contacts_email).fill('maria@carnet.test')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Maria Fernández')
    await expect(page.getByRole('heading', { name: words.files_empty })).toBeVisible()

    await until('the invitation is written', async () => (await readMails(dataDir)).length > 0)
    const [mail] = await readMails(dataDir)
    assert.ok(mail)
    assert.match(mail.name, /\.eml$/)
    assert.match(mail.to, /maria@carnet\.test/)
    assert.match(mail.subject, subject)

    const phone = await visit(mail.link, { phone: true, locale })
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText(
      words.invitation_title.replace('{{name}}', 'Maria Fernández'),
    )
    await phone.getByLabel(words.password, { exact: true }).fill('four words for Maria')
    await phone.getByRole('button', { name: words.invitation_submit }).click()
    await expect(phone.locator('html')).toHaveAttribute('lang', language)
    await expect(phone.getByRole('heading', { name: words.client_empty_title })).toBeVisible()
    await expectNoAxeViolations(phone)

    await page.reload()
    await page.getByRole('link', { name: words.record_tab }).click()
    await expect(page.getByText(words.record_app_active)).toBeVisible()
  })
