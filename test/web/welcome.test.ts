import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'
import { buildWeb } from '../../scripts/build.ts'
import { expect, openBrowser, openPhone, openWide } from '../browser.ts'
import { collectErrors, expectNoAxeViolations } from '../browser-checks.ts'
import { readMails } from '../mails.ts'
import { createWorld, PASSWORD, type World } from '../world.ts'

let browser: Browser

before(async () => {
  ;[browser] = await Promise.all([openBrowser(), buildWeb()])
})

after(() => browser?.close())

/** Whoever comes is not known yet, and a refusal is what some tests are about. */
const REFUSED = [/the server responded with a status of (401|404|409)/]

async function onPage(
  open: typeof openWide,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await open(browser, options)
  try {
    const page = await context.newPage()
    const errors = collectErrors(page, REFUSED)
    await look(page)
    await errors.assertNone()
  } finally {
    await context.close()
  }
}

async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function addMembers(world: World) {
  const company = await world.addCompany({ name: 'Kinésio Rive-Nord' })
  const professional = await world.addProfessional(company, 'employee', { name: 'Mariel Essiambre' })
  const client = await world.addClient(company, { name: 'Camille Tremblay' })
  await world.setStakeholder(client, professional)
  return { company, professional, client }
}

test('the set-up link makes the first account in the language chosen there, once', async (t) => {
  const { setupLink } = await createWorld(t)
  assert.ok(setupLink)
  await onPage(openWide, { locale: 'fr-CA' }, async (page) => {
    await page.goto(setupLink)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bienvenue dans Carnet')
    await page.getByRole('button', { name: 'Créer l’entreprise' }).click()
    await expect(page.getByLabel('Nom de l’entreprise')).toBeFocused()
    await expectNoAxeViolations(page)

    await page.getByLabel('Nom de l’entreprise').fill('Kinésio Rive-Nord')
    await page.getByLabel('Votre nom').fill('Mariel Essiambre')
    await page.getByLabel('Courriel').fill('mariel@')
    await page.getByLabel('Mot de passe', { exact: true }).fill('trop court')
    await page.getByRole('button', { name: 'Créer l’entreprise' }).click()
    await expect(page.getByLabel('Courriel')).toHaveAccessibleDescription(/ne ressemble pas/)
    await expect(page.getByLabel('Mot de passe', { exact: true })).toHaveAccessibleDescription(/Encore 2/)

    await page.getByRole('combobox', { name: 'Langue' }).selectOption('es')
    await expect(page.getByLabel('Nombre de la empresa')).toHaveValue('Kinésio Rive-Nord')
    await page.getByRole('combobox', { name: 'Idioma' }).selectOption('fr')
    await page.getByLabel('Courriel').fill('mariel@carnet.test')
    await page.getByLabel('Mot de passe', { exact: true }).fill('quatre mots sans rapport')
    await page.getByRole('button', { name: 'Créer l’entreprise' }).click()
    await expect(page).toHaveURL(/\/contacts$/)
    await expect(page.locator('html')).toHaveAttribute('lang', 'fr')
    await expect(page).toHaveTitle('Contacts · Carnet')
    await expectNoAxeViolations(page)

    await page.goto('about:blank')
    await page.goto(setupLink)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Déjà configuré')
    await expectNoAxeViolations(page)
  })
})

test('signing in stands at the address asked for, keeps the e-mail of a failed try, and follows the person’s language', async (t) => {
  const world = await createWorld(t)
  const { client } = await addMembers(world)
  await (await world.signIn(client)).api.account.changeMe({ language: 'es', theme: 'dark' })
  await onPage(openPhone, {}, async (page) => {
    await page.goto(`${world.origin}/account`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Carnet')
    await expectNoAxeViolations(page)
    await fillIn(page, client.email, 'not the password')
    await expect(page.getByRole('alert').filter({ hasText: 'is not right' })).toBeVisible()
    await expect(page.getByLabel('E-mail')).toHaveValue(client.email)
    await page.getByRole('button', { name: 'Show password' }).click()
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('type', 'text')

    await fillIn(page, client.email, PASSWORD)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Cuenta')
    await expect(page).toHaveURL(/\/account$/)
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await expectNoAxeViolations(page)
    await page.getByRole('link', { name: 'Archivos', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Archivos')
  })
})

test('a session that ends is taken up again over the page, by the same person or from the start by another', async (t) => {
  const world = await createWorld(t)
  const { professional, client } = await addMembers(world)
  await onPage(openWide, {}, async (page) => {
    await page.goto(world.origin)
    await fillIn(page, professional.email, PASSWORD)
    await expect(page).toHaveURL(/\/contacts$/)
    await page.locator('main').evaluate((main) => main.setAttribute('data-same', 'yes'))

    const loseSession = async () => {
      await page.context().clearCookies()
      await page.getByRole('button', { name: professional.name }).click()
      await page.getByRole('menuitemradio', { name: 'Light' }).click()
    }
    await loseSession()
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await expect(again.getByLabel('E-mail')).toHaveValue(professional.email)
    await expect(again.getByLabel('Password', { exact: true })).toBeFocused()
    await expectNoAxeViolations(page)
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await expect(again).toBeHidden()
    await expect(page.locator('main')).toHaveAttribute('data-same', 'yes')

    await page.keyboard.press('Escape')
    await loseSession()
    await again.getByLabel('E-mail').fill(client.email)
    await again.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await again.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(/\/files$/)
    await expect(page.locator('[data-same]')).toHaveCount(0)
  })
})

test('signing out leaves nothing of the person on the device, and the way back asks who one is', async (t) => {
  const world = await createWorld(t)
  const { client } = await addMembers(world)
  await onPage(openPhone, {}, async (page) => {
    await page.goto(`${world.origin}/account`)
    await fillIn(page, client.email, PASSWORD)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account')
    await page.getByRole('combobox', { name: 'Language' }).selectOption('fr')
    const other = await page.context().newPage()
    await other.goto(`${world.origin}/account`)
    await expect(other.getByText(client.email)).toBeVisible()
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await expect(page).toHaveURL(/\/sign-in$/)
    await expect(other).toHaveURL(/\/sign-in$/)
    await expect(other.getByText(client.email)).toHaveCount(0)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connexion à Carnet')
    const kept = await page.evaluate(() => Object.keys(localStorage).sort())
    assert.deepEqual(kept, ['language', 'theme'])
    await page.goto(`${world.origin}/account`)
    await expect(page.getByRole('button', { name: 'Se connecter' })).toBeVisible()
    await expect(page.getByText(client.email)).toHaveCount(0)
  })
})

test('an invitation lets a client choose a password, once', async (t) => {
  const world = await createWorld(t)
  const { professional } = await addMembers(world)
  const { api } = await world.signIn(professional)
  await api.people.createClient({ name: 'Émile Roy', email: 'emile@carnet.test' })
  await world.runJobs()
  const link = (await readMails(world.dataDir)).at(-1)?.link
  assert.ok(link)
  await onPage(openPhone, {}, async (page) => {
    await page.goto(link)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome, Émile Roy')
    await expect(page.getByText('emile@carnet.test')).toBeVisible()
    await expectNoAxeViolations(page)
    await page.getByLabel('Password', { exact: true }).fill('four words for Émile')
    await page.getByRole('button', { name: 'Get in' }).click()
    await expect(page).toHaveURL(/\/files$/)
    await page.goto('about:blank')
    await page.goto(link)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This invitation is over')
    await expectNoAxeViolations(page)
  })
})

test('what is not there says so, in both apps', async (t) => {
  const world = await createWorld(t)
  const { professional, client } = await addMembers(world)
  for (const person of [professional, client]) {
    await onPage(openWide, {}, async (page) => {
      await page.goto(`${world.origin}/no/such/place`)
      await fillIn(page, person.email, PASSWORD)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page is not here')
      await expectNoAxeViolations(page)
      await page.getByRole('link', { name: 'Back to the start' }).click()
      await expect(page).toHaveURL(/\/(contacts|files)$/)
    })
  }
})
