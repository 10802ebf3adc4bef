import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CDPSession, Page } from '@playwright/test'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld, type World } from '../world.ts'
import { chooseFiles, countKept, expectList, openClient, row, said } from './files-page.ts'
import { journey, type Stage } from './journey.ts'

const MB = 1024 * 1024

async function openFiles({ t, enter }: Stage, allowed: readonly RegExp[] = []) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const elise = await world.addProfessional(company)
  const camille = await world.addClient(company, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const page = await enter(world, elise, { allowed })
  await openClient(page, 'Camille Dubois')
  return { world, elise, camille, page, panel: page.getByRole('region', { name: 'Uploads' }) }
}

async function makeFile(name: string, size: number) {
  const path = join(await makeTempFolder(), name)
  await writeFile(path, randomBytes(size))
  return path
}

/** Lets bytes leave at this pace, or at any. It holds for as long as the session does. */
async function slowDown(session: CDPSession, bytesPerSecond: number): Promise<void> {
  const limits = { offline: false, latency: 0, downloadThroughput: -1 }
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { ...limits, uploadThroughput: bytesPerSecond })
}

/** The offsets from which bytes were sent. */
function watchOffsets(page: Page): number[] {
  const offsets: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  return offsets
}

async function add(page: Page, paths: string | string[]): Promise<void> {
  const dialog = await chooseFiles(page, paths)
  await dialog.getByRole('button', { name: /^Add / }).click()
  await page.getByRole('button', { name: 'Show the files' }).click()
}

/** The browser counts what has left it; what has come is on the server's disk. */
async function someHasCome({ dataDir }: World): Promise<void> {
  const folder = join(dataDir, 'uploads')
  await until('bytes are on the disk', async () => {
    const sizes = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))))
    return sizes.some(({ size }) => size > 0)
  })
}

const hold = () => {}
const HELD = '**/api/uploads/*'

/**
 * Sends some of a file and no more, until it is let go or the page is loaded again or closed: to be slow isn't enough, a
 * browser sends on at once what it held back for a page that goes.
 */
async function sendSome(world: World, page: Page, path: string): Promise<void> {
  await slowDown(await page.context().newCDPSession(page), 2 * MB)
  await add(page, path)
  await someHasCome(world)
  await page.route(HELD, hold)
  const cut = page.waitForEvent('requestfailed', (request) => request.method() === 'PATCH')
  await page.context().setOffline(true)
  await cut
  await page.context().setOffline(false)
  // Until then, the browser asks whether one wants to leave.
  await expect.poll(() => countKept(page)).toBeGreaterThan(2)
}

/** What arrived is what was sent, byte for byte. */
async function expectArrived(page: Page, path: string, name: string): Promise<void> {
  await expect(said(page, `“${name}” was added.`)).toBeVisible()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  assert.equal(hash(await readFile(await (await downloading).path())), hash(await readFile(path)))
}

journey('an upload goes on by itself from where it was when the network comes back', async (stage) => {
  const { world, page, panel } = await openFiles(stage, [/ERR_INTERNET_DISCONNECTED/])
  const path = await makeFile('Film.bin', 12 * MB)
  const offsets = watchOffsets(page)
  const session = await page.context().newCDPSession(page)
  await slowDown(session, 2 * MB)
  await add(page, path)
  await someHasCome(world)
  await page.context().setOffline(true)
  await expect(panel).toContainText('No connection. It goes on by itself when it is back.')
  await expect(panel.getByRole('button', { expanded: true })).toHaveText(/^No connection · 0 of 1 · \d+%$/)
  await expectNoAxeViolations(page)
  await slowDown(session, -1)
  await page.context().setOffline(false)
  await expectArrived(page, path, 'Film.bin')
  assert.ok((offsets.at(-1) ?? 0) > 0, `began at ${offsets}`)
})

journey('an upload goes on by itself after the page is loaded again', async (stage) => {
  const { world, page, panel } = await openFiles(stage, [/ERR_INTERNET_DISCONNECTED/])
  const path = await makeFile('Film.bin', 12 * MB)
  await sendSome(world, page, path)
  const offsets = watchOffsets(page)
  await page.unroute(HELD, hold)
  await page.reload()
  await expect(panel).toBeVisible()
  await expectArrived(page, path, 'Film.bin')
  assert.ok((offsets.at(-1) ?? 0) > 0, `began at ${offsets}`)
})

journey('an upload goes on by itself in one other tab once its own is closed', async (stage) => {
  const { world, elise, camille, page } = await openFiles(stage, [/ERR_INTERNET_DISCONNECTED/])
  const context = page.context()
  const address = page.url()
  const openTab = async () => {
    const tab = await context.newPage()
    await tab.goto(address)
    await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Camille Dubois')
    return tab
  }
  // Open before the upload begins, it has to hear of it.
  const older = await openTab()
  await older.route(HELD, hold)
  await sendSome(world, page, await makeFile('Film.bin', 12 * MB))
  await page.close()
  await expect(older.getByRole('region', { name: 'Uploads' })).toBeVisible()

  // Open after it began, both find it, and one takes it.
  const offsets = [watchOffsets(await openTab()), watchOffsets(await openTab())]
  await older.close()
  const { api } = await world.signIn(elise)
  const names = async () =>
    (await api.files.listItems({ spaceId: camille.spaceId })).items.map(({ name }) => name)
  await expect.poll(names).toEqual(['Film.bin'])
  const [first, second] = offsets.filter(({ length }) => length > 0)
  assert.ok(first?.every((offset) => offset > 0) && !second, `began at ${offsets}`)
})

journey('uploads are paused, resumed and cancelled, each and all', async (stage) => {
  const { page, panel } = await openFiles(stage)
  const paths = await Promise.all(['One.bin', 'Two.bin', 'Three.bin'].map((name) => makeFile(name, 8 * MB)))
  const session = await page.context().newCDPSession(page)
  await slowDown(session, MB)
  await add(page, paths)
  const head = panel.getByRole('button', { name: / of 3 / })
  const opened = await head.boundingBox()
  await panel.getByRole('button', { name: 'Hide the files' }).click()
  await expect(panel.getByRole('listitem')).toHaveCount(0)
  assert.deepEqual(await head.boundingBox(), opened)
  await head.click()
  await panel.getByRole('button', { name: 'Pause One.bin' }).press('Enter')
  await expect(panel.getByRole('button', { name: 'Resume One.bin' })).toBeFocused()
  await expect(panel.getByRole('listitem').filter({ hasText: 'One.bin' })).toContainText('Paused')
  await panel.getByRole('button', { name: 'Cancel Two.bin' }).click()
  await expect(panel.getByRole('listitem')).toHaveCount(2)
  await panel.getByRole('button', { name: 'Pause all' }).click()
  await expect(panel).toContainText('Paused · 0 of 2')
  await expectNoAxeViolations(page)
  await panel.getByRole('button', { name: 'Resume Three.bin' }).click()
  await slowDown(session, -1)
  await expectList(page, ['Three.bin'])
  await panel.getByRole('button', { name: 'Resume One.bin' }).click()
  await expectList(page, ['One.bin', 'Three.bin'])
  await expect(panel).toBeHidden()

  await slowDown(session, 1)
  const more = await Promise.all(['Four.bin', 'Five.bin', 'Six.bin'].map((name) => makeFile(name, 8 * MB)))
  await (await chooseFiles(page, more)).getByRole('button', { name: 'Add 3 files' }).click()
  await panel.getByRole('button', { name: 'Cancel Six.bin' }).press('Enter')
  await expect(said(page, '“Six.bin” was not added.')).toBeVisible()
  await expect(panel.getByRole('button', { name: / of 2/ })).toBeFocused()
  await panel.getByRole('button', { name: 'Cancel all' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Stop adding 2 files?' })
  await expectNoAxeViolations(page)
  await dialog.getByRole('button', { name: 'Keep adding' }).press('Enter')
  await expect(panel.getByRole('button', { name: 'Cancel all' })).toBeFocused()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Cancel all' }).press('Enter')
  await expect(said(page, '2 files were not added.')).toBeVisible()
  await expect(panel).toBeHidden()
  await expect(page.getByRole('main')).toBeFocused()
  await expectList(page, ['One.bin', 'Three.bin'])
})

journey('a file that has arrived keeps its row while others are under way', async (stage) => {
  const { page, panel } = await openFiles(stage)
  const held = Promise.withResolvers<void>()
  await page.route('**/api/uploads/*', async (route) => {
    if (route.request().postDataBuffer()?.length !== 1000) await held.promise
    await route.continue()
  })
  await add(page, [await makeFile('Brief.bin', 1000), await makeFile('Film.bin', 2000)])
  await expect(panel.getByRole('listitem')).toHaveText([/^Brief.bin\s*Added/, /^Film.bin/])
  await expect(panel.getByRole('button', { name: /Brief.bin/ })).toHaveCount(0)
  await expectNoAxeViolations(page)
  held.resolve()
  await expect(said(page, '2 files were added.')).toBeVisible()
  await expect(panel).toBeHidden()
})

journey('what can’t be added is told in one sentence each, and the rest is added', async (stage) => {
  const { page } = await openFiles(stage)
  const folder = await makeTempFolder()
  const large = join(folder, 'Too large.mov')
  const file = await open(large, 'w')
  await file.truncate(5 * 1024 * MB + 1)
  await file.close()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add a file' }).first().click()
  const chooser = await choosing
  await chooser.setFiles([large])
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Too large.mov This is larger than what is allowed here.')
  await expect(dialog.getByRole('button', { name: /^Add/ })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  const again = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add a file' }).first().click()
  const payload = (name: string, text: string) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  })
  await (await again).setFiles([
    payload('Empty.txt', ''),
    payload(`${'n'.repeat(296)}.txt`, 'long'),
    payload('Bad\u0007name.txt', 'illegal'),
    payload('Fine 👍.txt', 'good'),
  ])
  await expect(dialog.getByRole('listitem')).toHaveText([
    'Empty.txt This file is empty, so it was not added.',
    /^n+\.txt This name is too long: 255 characters at most\.$/,
    /name\.txt A name can’t hold slashes, line breaks or invisible characters\.$/,
  ])
  await expectNoAxeViolations(page)
  await dialog.getByRole('button', { name: 'Add 1 file' }).click()
  await expectList(page, ['Fine 👍.txt'])

  await row(page, 'Fine 👍.txt').focus()
  for (const [name, sentence] of [
    ['', 'Give it a name.'],
    ['n'.repeat(300), 'This name is too long: 255 characters at most.'],
    ['../../x', 'A name can’t hold slashes, line breaks or invisible characters.'],
  ] as const) {
    await page.keyboard.press('F2')
    await dialog.getByLabel('Name').fill(name)
    await page.keyboard.press('Enter')
    await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(sentence)
    await expect(dialog.getByLabel('Name')).toHaveValue(name)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
  await expectList(page, ['Fine 👍.txt'])
})

journey('a tab left open under another hat changes nothing, and says why', async (stage) => {
  const { world, elise, page } = await openFiles(stage, [/the server responded with a status of 409/])
  const other = await world.addCompany({ name: 'Centre Sportif' })
  const { db } = world
  await db
    .insertInto('professional')
    .values({
      company_id: other.id,
      person_id: elise.personId,
      name: 'Élise at the centre',
      profile: 'employee',
    })
    .execute()

  const second = await page.context().newPage()
  await second.goto(world.origin)
  await second.getByRole('button', { name: elise.name }).click()
  await second.getByRole('menuitemradio', { name: 'Élise at the centre' }).click()
  await expect(second.getByRole('heading', { name: 'No contacts yet' })).toBeVisible()

  await page.getByRole('button', { name: 'Add a folder' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Programme')
  await page.keyboard.press('Enter')
  await expect(
    page.getByText('You signed in as someone else in another tab. Reload this page.'),
  ).toBeVisible()
  await expectNoAxeViolations(page)
  const items = await db.selectFrom('item').selectAll().execute()
  assert.deepEqual(items, [])
})
