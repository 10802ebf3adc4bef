import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'
import sharp from 'sharp'
import { buildWeb } from '../../scripts/build.ts'
import { LANGUAGES } from '../../web/format.ts'
import { expect, openBrowser, openPhone } from '../browser.ts'
import { collectErrors, expectNoAxeViolations } from '../browser-checks.ts'
import { WORDS } from '../messages.ts'
import { createWorld, PASSWORD } from '../world.ts'

let browser: Browser
let photo: Buffer

before(async () => {
  const background = { r: 13, g: 110, b: 98 }
  photo = await sharp({ create: { width: 640, height: 480, channels: 3, background } })
    .jpeg()
    .toBuffer()
  ;[browser] = await Promise.all([openBrowser(), buildWeb()])
})

after(() => browser?.close())

/** A client whom two colleagues follow; one of them has added three files and shares one. */
async function createPractice(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kinésio Rive-Nord' })
  const mariel = await world.addProfessional(company, 'employee', { name: 'Mariel Essiambre' })
  const lea = await world.addProfessional(company, 'employee', { name: 'Léa Roy' })
  const client = await world.addClient(company, { name: 'Camille Tremblay' })
  for (const professional of [mariel, lea]) await world.setStakeholder(client, professional)
  const professional = await world.signIn(mariel)
  const { spaceId } = client
  await professional.upload('for me', { name: 'Notes.txt', spaceId, level: 'me' })
  await professional.upload('for us', { name: 'Plan of care.txt', spaceId, level: 'company' })
  await professional.upload(photo, { name: 'Posture.jpg', spaceId, level: 'everybody' })
  await world.runJobs()
  return { world, client, lea, professional, colleague: await world.signIn(lea), spaceId }
}

/** Whoever comes is not known yet, and some tests take the network away. */
const EXPECTED = [
  /the server responded with a status of 401/,
  /ERR_INTERNET_DISCONNECTED/,
  /the server responded with a status of 409 .*items\/audience/,
  /dynamically imported/,
  // A folder is asked for once more that went with the last file in it.
  /the server responded with a status of 404 .*folderId=/,
]

async function signedIn(
  { world, client }: Awaited<ReturnType<typeof createPractice>>,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await openPhone(browser, options)
  try {
    const page = await context.newPage()
    const errors = collectErrors(page, EXPECTED)
    await page.goto(world.origin)
    await page.getByLabel('E-mail').fill(client.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await look(page)
    await errors.assertNone()
  } finally {
    await context.close()
  }
}

const picked = (name: string, buffer = photo) => ({ name, mimeType: 'image/jpeg', buffer })

test('a client sees exactly what is shared, adds a photo for one professional, renames, deletes and undoes', async (t) => {
  const practice = await createPractice(t)
  const { professional, colleague, spaceId } = practice
  const seenBy = async ({ api }: typeof professional) =>
    (await api.files.listItems({ spaceId })).items.map(({ name }) => name)

  await signedIn(practice, {}, async (page) => {
    const rows = page.getByRole('region', { name: 'Everything' }).getByRole('listitem')
    const sheet = page.locator('dialog')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Files')
    await expect(rows).toHaveCount(1)
    await expect(rows).toContainText('Posture.jpg')
    await expect(rows).toContainText('Mariel Essiambre · Today')
    await expect(page.getByRole('region', { name: 'New for you' }).getByRole('listitem')).toHaveCount(1)

    await rows.getByRole('button', { name: 'Posture.jpg Mariel' }).click()
    const viewer = page.getByRole('dialog', { name: 'Posture.jpg' })
    await expect(viewer.getByText('Shared by Mariel Essiambre')).toBeVisible()
    await expect(viewer.getByRole('button', { name: 'Actions' })).toHaveCount(0)
    await page.goBack()
    await expect(viewer).toBeHidden()
    await rows.getByRole('button', { name: 'Actions for Posture.jpg' }).click()
    await expect(sheet.getByRole('button')).toHaveText(['', 'Download'])
    const downloading = page.waitForEvent('download')
    await sheet.getByRole('button', { name: 'Download' }).click()
    assert.equal((await downloading).suggestedFilename(), 'Posture.jpg')

    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await sheet.getByLabel('Choose photos').setInputFiles([picked('Empty.jpg', Buffer.alloc(0))])
    await expect(sheet).toContainText('Empty.jpg This file is empty, so it was not added.')
    await expect(sheet.getByRole('button', { name: /^Add/ })).toHaveCount(0)
    await expectNoAxeViolations(page)
    await sheet.getByRole('button', { name: 'Close' }).last().click()

    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const broken = picked('Broken.jpg', photo.subarray(0, 40))
    const empty = picked('Empty.jpg', Buffer.alloc(0))
    await sheet.getByLabel('Choose photos').setInputFiles([picked('Squat.jpg'), broken, empty])
    await expect(sheet.getByRole('button', { name: 'Add 2 photos' })).toBeVisible()
    await expect(sheet.getByText('Empty.jpg This file is empty')).toBeVisible()
    const tile = (name: string) => sheet.getByRole('listitem').filter({ hasText: name })
    await expect(tile('Squat.jpg').locator('img')).toBeVisible()
    await expect(tile('Broken.jpg').locator('img')).toBeHidden()
    await sheet.getByRole('button', { name: 'Don’t add Broken.jpg' }).click()
    await sheet.getByLabel('Only those I choose').check()
    await sheet.getByRole('button', { name: 'Add 1 photo' }).click()
    await expect(sheet.getByRole('alert')).toHaveText('Choose at least one professional.')
    await sheet.getByRole('checkbox', { name: 'Mariel Essiambre Kinésio Rive-Nord' }).check()
    await sheet.getByRole('button', { name: 'Add 1 photo' }).click()
    await expect(page.getByText('“Squat.jpg” was added.')).toBeVisible()
    const squat = rows.filter({ hasText: 'Squat.jpg' })
    await expect(squat).toContainText('Chosen professionals')
    assert.ok((await seenBy(professional)).includes('Squat.jpg'))
    assert.ok(!(await seenBy(colleague)).includes('Squat.jpg'))

    await squat.getByRole('button', { name: 'Actions for Squat.jpg' }).click()
    await sheet.getByRole('button', { name: 'Rename' }).click()
    await page.keyboard.type('Deep squat')
    await page.keyboard.press('Enter')
    const renamed = rows.filter({ hasText: 'Deep squat.jpg' })
    await expect(renamed).toBeVisible()

    await renamed.getByRole('button', { name: /^Deep squat/ }).click()
    await page.getByRole('button', { name: 'Who sees it' }).click()
    await sheet.getByLabel('All my professionals').check()
    await expect(sheet.getByText('1 person will newly see it: Léa Roy.')).toBeVisible()
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('All your professionals see this file')).toBeVisible()
    assert.ok((await seenBy(colleague)).includes('Deep squat.jpg'))

    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await expect(sheet.last()).toContainText('permanent')
    await sheet.last().getByRole('button', { name: 'Delete' }).click()
    await expect(rows).toHaveCount(1)
    await expect(page.getByText('“Deep squat.jpg” was deleted.')).toBeVisible()
    assert.ok(!(await seenBy(professional)).includes('Deep squat.jpg'))
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(rows).toHaveCount(2)
    assert.ok((await seenBy(professional)).includes('Deep squat.jpg'))
  })
})

test('a client is told who has left of those chosen for a file, and chooses among who is there', async (t) => {
  const practice = await createPractice(t)
  const { world, client, lea } = practice
  const phone = await world.signIn(client)
  const mariel = (await phone.api.involvement.listMyProfessionals()).find(({ name }) => name !== lea.name)
  assert.ok(mariel)
  const { id } = await phone.upload(photo, { name: 'Squat.jpg', audience: [lea.id] })
  await world.setStakeholder(client, lea, 'archived')

  await signedIn(practice, {}, async (page) => {
    const sheet = page.locator('dialog')
    const ask = async () => {
      await page.getByRole('button', { name: 'Actions for Squat.jpg' }).click()
      await sheet.getByRole('button', { name: 'Who sees it' }).click()
    }
    await ask()
    await expect(sheet).toContainText(
      'Léa Roy, whom you had chosen, is no longer involved with you and doesn’t see it.',
    )
    await expect(sheet.getByRole('checkbox')).toHaveCount(1)
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(sheet.getByRole('alert').first()).toHaveText('Choose at least one professional.')
    await sheet.getByRole('checkbox', { name: 'Mariel Essiambre' }).check()
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Who sees “Squat.jpg” was changed.')).toBeVisible()
    const chosen = { audience: [mariel.professionalId], left: [] }
    assert.deepEqual(await phone.api.files.readAudience({ itemId: id }), chosen)

    // Nothing is chosen on what was true before: the answer is waited for.
    await world.setStakeholder(client, lea)
    const held = Promise.withResolvers<void>()
    await page.route('**/audience', (route) => held.promise.then(() => route.continue()))
    await ask()
    await expect(sheet.getByRole('button', { name: 'Save' })).toBeVisible()
    await expect(sheet.getByRole('checkbox')).toHaveCount(0)
    held.resolve()

    // Who leaves while the choice is open is taken from it, with a word.
    await expect(sheet.getByRole('checkbox', { name: 'Mariel Essiambre' })).toBeChecked()
    await sheet.getByRole('checkbox', { name: 'Léa Roy' }).check()
    await world.setStakeholder(client, lea, 'archived')
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(sheet).toContainText('Somebody whom you chose is no longer involved with you.')
    await expect(sheet.getByRole('checkbox')).toHaveCount(1)
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(sheet).toBeHidden()
    assert.deepEqual(await phone.api.files.readAudience({ itemId: id }), chosen)
  })
})

test('a client adds in a folder, and is told when deleting would take the folder away', async (t) => {
  const practice = await createPractice(t)
  const { professional, spaceId } = practice
  const folder = await professional.api.files.createFolder({ spaceId, parentId: null, name: 'Programme' })
  const inside = { spaceId, parentId: folder.id }
  const shared = await professional.upload('squats', { name: 'Week 1.txt', level: 'everybody', ...inside })

  await signedIn(practice, {}, async (page) => {
    await page.getByRole('link', { name: 'Programme 1 file' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Programme')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const sheet = page.getByRole('dialog', { name: 'Add to “Programme”' })
    await sheet.getByLabel('Choose files').setInputFiles(picked('Mine.jpg'))
    await sheet.getByRole('button', { name: 'Add 1 photo' }).click()
    const rows = page.getByRole('region', { name: 'Programme' }).getByRole('listitem')
    await expect(rows).toHaveCount(2)

    await professional.api.files.changeLevel({ ids: [shared.id], level: 'me' })
    await page.reload()
    await expect(rows).toHaveCount(1)
    await page.getByRole('button', { name: 'Actions for Mine.jpg' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click()
    const asked = page.getByRole('dialog', { name: 'Delete “Mine.jpg”?' })
    await expect(asked.getByText('Folder “Programme” will no longer be in your files')).toBeVisible()
    await asked.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('link', { name: 'Files' }).first().click()
    await expect(page.getByRole('link', { name: 'Programme 1 file' })).toBeVisible()
  })
})

test('a client moves a file of their own into a folder and back, and is told when that takes the folder away', async (t) => {
  const practice = await createPractice(t)
  const { world, client, professional, spaceId } = practice
  const folder = await professional.api.files.createFolder({ spaceId, parentId: null, name: 'Programme' })
  const inside = { spaceId, parentId: folder.id }
  const shared = await professional.upload('squats', { name: 'Week 1.txt', level: 'everybody', ...inside })
  await (await world.signIn(client)).upload('mine', { name: 'Mine.txt' })

  await signedIn(practice, {}, async (page) => {
    const rows = page.getByRole('region', { name: 'Everything' }).getByRole('listitem')
    await rows.getByRole('button', { name: /^Mine.txt/ }).click()
    await page.getByRole('button', { name: 'Next file' }).click()
    await page
      .getByRole('dialog', { name: 'Posture.jpg' })
      .getByRole('button', { name: 'Back to the list' })
      .click()
    await expect(page.locator(':focus'), 'the list goes on from what was seen last').toContainText(
      'Posture.jpg',
    )
    const move = async () => {
      await page.getByRole('button', { name: 'Actions for Mine.txt' }).click()
      await page.locator('dialog').getByRole('button', { name: 'Move' }).click()
    }
    await move()
    const asked = page.getByRole('dialog', { name: 'Move “Mine.txt”' })
    await asked.getByRole('treeitem', { name: 'Programme' }).click()
    await expectNoAxeViolations(page)
    await asked.getByRole('button', { name: 'Move here' }).click()
    await expect(page.getByText('“Mine.txt” was moved.')).toBeVisible()
    await expect(rows).toHaveText([/^Programme/, /^Posture.jpg/])
    await professional.api.files.changeLevel({ ids: [shared.id], level: 'me' })
    await page.getByRole('link', { name: /^Programme/ }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Programme')
    await page.getByRole('button', { name: /^Mine.txt/ }).click()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('button', { name: 'Move' }).click()
    await asked.getByRole('treeitem', { name: 'Files' }).click()
    await expect(asked.getByText('Folder “Programme” will no longer be visible to you.')).toBeVisible()
    await asked.getByRole('button', { name: 'Move here' }).click()
    const moved = page.getByText('“Mine.txt” was moved.').last()
    await expect(moved).toBeVisible()
    await expect(
      moved.locator('..').getByRole('button', { name: 'Undo' }),
      'nobody sees where it was',
    ).toHaveCount(0)
    await expect(rows).toHaveText([/^Mine.txt/, /^Posture.jpg/])
    // There is nowhere to move it to.
    await page.getByRole('button', { name: 'Actions for Mine.txt' }).click()
    await expect(page.locator('dialog').getByRole('button', { name: 'Rename' })).toBeVisible()
    await expect(page.locator('dialog').getByRole('button', { name: 'Move' })).toHaveCount(0)
  })
})

test('what is added without a network leaves when it is back', async (t) => {
  const practice = await createPractice(t)
  await signedIn(practice, {}, async (page) => {
    const added = page.getByRole('region', { name: 'Everything' }).getByText('Offline.jpg')
    const sheet = page.locator('dialog')
    const add = page.getByRole('button', { name: 'Add', exact: true })
    await expect(add).toBeVisible()
    const names = '**/api/my/professionals'
    const held = Promise.withResolvers<void>()
    await page.route(names, (route) => held.promise.then(() => route.continue()))
    await page.reload()
    await add.click()
    await sheet.getByLabel('Choose photos').setInputFiles(picked('Offline.jpg'))
    await expect(sheet.getByLabel('All my professionals')).toBeChecked()
    held.resolve()
    await sheet.getByLabel('Only those I choose').check()
    await expect(sheet.getByRole('checkbox')).toHaveCount(2)

    // What sending takes is there before the network goes.
    const fetched = page.waitForResponse(names)
    // The parts that send have come before the network goes, too.
    await page.reload({ waitUntil: 'networkidle' })
    await (await fetched).finished()
    await add.click()
    await page.context().setOffline(true)
    await sheet.getByLabel('Choose photos').setInputFiles(picked('Offline.jpg'))
    await sheet.getByLabel('Only those I choose').check()
    await sheet.getByRole('checkbox', { name: 'Mariel Essiambre' }).check()
    await sheet.getByRole('button', { name: 'Add 1 photo' }).click()
    await expect(page.getByText('You are offline.')).toBeVisible()
    await expect(page.getByRole('region', { name: 'Uploads' })).toBeVisible()
    await expect(added).toHaveCount(0)
    await page.context().setOffline(false)
    await expect(added).toBeVisible()
    await expect(page.getByText('You are offline.')).toBeHidden()
  })
})

test('a part of the app that can’t be fetched is told, with the way out', async (t) => {
  const practice = await createPractice(t)
  await signedIn(practice, {}, async (page) => {
    const opened = page.getByRole('dialog', { name: 'Posture.jpg' })
    const posture = page.getByRole('button', { name: /^Posture.jpg Mariel/ })
    await expect(posture).toBeVisible()
    const [panel, viewer] = [/upload-panel.*js/, /client-viewer.*js/]
    for (const part of [panel, viewer]) await page.route(part, (route) => route.abort('internetdisconnected'))

    await page.reload()
    await expect(page.getByRole('heading', { name: 'This could not be shown' })).toBeVisible()
    await page.unroute(panel)
    await page.getByRole('button', { name: 'Try again' }).click()

    await posture.click()
    await expect(page.getByText('The server can’t be reached.')).toBeVisible()
    await page.unroute(viewer)
    await page.getByRole('button', { name: 'Reload' }).click()
    await posture.click()
    await expect(opened).toBeVisible()
  })
})

// In English, pages.test.ts walks through them.
for (const language of LANGUAGES.filter((one) => one !== 'en')) {
  const colorScheme = language === 'fr' ? 'dark' : 'light'
  test(`every page of a client passes axe in ${language}, ${colorScheme}`, async (t) => {
    const practice = await createPractice(t)
    const { world, client, professional, spaceId } = practice
    const words = WORDS[language]
    const folder = await professional.api.files.createFolder({ spaceId, parentId: null, name: 'Programme' })
    const inside = { spaceId, parentId: folder.id }
    await professional.upload('squats', { name: 'Week 1.txt', level: 'everybody', ...inside })
    const { api, upload } = await world.signIn(client)
    await upload(photo, { name: 'Mine.jpg' })
    await api.account.changeMe({ language })

    await signedIn(practice, { colorScheme }, async (page) => {
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      const sheet = page.locator('dialog')
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      await expect(page.getByRole('listitem').filter({ hasText: 'Mine.jpg' })).toBeVisible()
      await expectNoAxeViolations(page)

      const actions = button(words.files_actions_of.replace('{{name}}', 'Mine.jpg'))
      const close = async () => {
        await page.keyboard.press('Escape')
        await expect(sheet).toHaveCount(0)
      }
      await actions.click()
      await expect(sheet).toBeVisible()
      await expectNoAxeViolations(page)
      await close()
      for (const action of [words.files_rename, words.client_who_change, words.files_delete]) {
        await actions.click()
        await sheet.getByRole('button', { name: action, exact: true }).click()
        await expect(sheet.locator('footer')).toBeVisible()
        await expect(sheet.getByText(words.loading)).toHaveCount(0)
        await expectNoAxeViolations(page)
        await close()
      }

      await actions.click()
      for (const _ of ['asks', 'confirms'])
        await sheet.getByRole('button', { name: words.files_delete, exact: true }).click()
      const undo = button(words.undo)
      const [beside, seconds] = await Promise.all(
        [undo, undo.locator('xpath=following-sibling::*')].map((each) => each.boundingBox()),
      )
      assert.ok(beside && seconds)
      assert.ok(seconds.x > beside.x && seconds.y < beside.y + beside.height)
      await undo.click()
      await expect(actions).toBeVisible()

      await button(words.client_add).click()
      await expect(sheet).toBeVisible()
      await expectNoAxeViolations(page)
      await sheet.getByLabel(words.client_add_choose_photos).setInputFiles([picked('1.jpg'), picked('2.jpg')])
      await sheet.getByLabel(words.client_who_some).check()
      await expectNoAxeViolations(page)
      await close()

      await page.getByRole('button', { name: /^Mine.jpg/ }).click()
      await expect(page.getByText(words.viewer_yours_all)).toBeVisible()
      await expectNoAxeViolations(page)
      await page.goBack()

      await page.getByRole('link', { name: 'Programme' }).click()
      await expect(page.getByRole('heading', { name: 'Programme' })).toBeVisible()
      await expect(page.getByRole('button', { name: /^Week 1.txt/ })).toBeVisible()
      await expectNoAxeViolations(page)
      await page.goto(`${world.origin}/files?q=nothing+like+it`)
      await expect(page.getByText(words.client_found_nothing_lead)).toBeVisible()
      await expectNoAxeViolations(page)
      await page.goto(`${world.origin}/account`)
      await expect(page.getByText(client.email)).toBeVisible()
      await expectNoAxeViolations(page)
    })
  })
}
