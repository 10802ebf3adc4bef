import { randomBytes } from 'node:crypto'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld, PASSWORD } from '../world.ts'
import { chooseFiles, countKept, openClient, openItem, row, said } from './files-page.ts'
import { journey, type Stage } from './journey.ts'

const MB = 1024 * 1024

async function openFiles({ t, enter }: Stage, allowed: readonly RegExp[] = []) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const elise = await world.addProfessional(company, 'employee', { name: 'Élise Gagnon' })
  const camille = await world.addClient(company, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const page = await enter(world, elise, { allowed })
  await openClient(page, 'Camille Dubois')
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const slowDown = (uploadThroughput: number) =>
    session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    })
  return { world, elise, camille, page, panel: page.getByRole('region', { name: 'Uploads' }), slowDown }
}

async function makeFile(name: string, size: number) {
  const path = join(await makeTempFolder(), name)
  await writeFile(path, randomBytes(size))
  return path
}

/** Begins to send a file slowly, with the list of uploads open: it takes longer than whatever is done meanwhile. */
async function beginToSend({ page, panel, slowDown }: Awaited<ReturnType<typeof openFiles>>, path: string) {
  await slowDown(MB)
  const dialog = await chooseFiles(page, path)
  await dialog.getByRole('button', { name: /^Add / }).click()
  await page.getByRole('button', { name: 'Show the files' }).click()
  await expect(panel).toContainText(/MB of/)
}

journey('a file that grows while it is sent is told, and sent as it is then', async (stage) => {
  const files = await openFiles(stage, [/ERR_UPLOAD_FILE_CHANGED/, /ERR_INTERNET_DISCONNECTED/])
  const { page, panel, slowDown } = files
  const path = await makeFile('Diary.bin', 24 * MB)
  await beginToSend(files, path)
  await appendFile(path, 'one more line')
  // The browser notices when it reads the file again.
  await page.context().setOffline(true)
  await expect(panel).toContainText('No connection')
  await page.context().setOffline(false)
  await expect(panel).toContainText('The file changed on this device while it was being sent.')

  await expectNoAxeViolations(page)
  const choosing = page.waitForEvent('filechooser')
  await panel.getByText(/^Choose again/).click()
  await (await choosing).setFiles(await makeFile('Other.bin', 10))
  await expect(panel).toContainText('That was another file. Choose “Diary.bin”.')

  await slowDown(-1)
  const again = page.waitForEvent('filechooser')
  await panel.getByRole('button', { name: 'Choose again Diary.bin' }).click()
  await (await again).setFiles(path)
  await expect(said(page, '“Diary.bin” was added.')).toBeVisible()
  const downloading = page.waitForEvent('download')
  await row(page, 'Diary.bin')
    .getByRole('button', { name: /^Actions/ })
    .click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  const arrived = await readFile(await (await downloading).path())
  expect(arrived.equals(await readFile(path))).toBe(true)
  await expect(row(page, 'Diary.bin')).toHaveCount(1)
})

journey('an upload outlives the session, and goes on once one has signed in again', async (stage) => {
  const files = await openFiles(stage, [/ERR_INTERNET_DISCONNECTED/, /status of 401/])
  const { page, panel, slowDown } = files
  await beginToSend(files, await makeFile('Film.bin', 24 * MB))
  await page.context().clearCookies()
  await page.context().setOffline(true)
  await expect(panel).toContainText('No connection')
  await page.context().setOffline(false)
  await expect(page.getByRole('dialog', { name: 'Sign in again' })).toBeVisible()
  await slowDown(-1)
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(said(page, '“Film.bin” was added.')).toBeVisible()
  await expect.poll(() => countKept(page)).toBe(0)
})

journey(
  'signing out asks before it stops uploads, and leaves nothing of them on the device',
  async (stage) => {
    const { page, panel } = await openFiles(stage)
    // Its bytes never leave.
    await page.route('**/api/uploads/*', () => {})
    const adding = await chooseFiles(page, await makeFile('Film.bin', MB))
    await adding.getByRole('button', { name: /^Add / }).click()
    await expect.poll(() => countKept(page)).toBeGreaterThan(2)
    const leave = async () => {
      await page.getByRole('button', { name: 'Élise Gagnon' }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
    }
    const dialog = page.getByRole('dialog', { name: '1 file is not added yet' })
    await expect(panel).toBeVisible()
    await leave()
    await expect(dialog.getByRole('button', { name: 'Keep adding' })).toBeFocused()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Enter')
    await expect(dialog).toHaveCount(0)
    await expect(panel).toBeVisible()
    await leave()
    await dialog.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('heading', { name: 'Sign in to Carnet' })).toBeVisible()
    expect(await countKept(page)).toBe(0)
  },
)

journey('a folder that goes while files are sent into it is shown no more, and told', async (stage) => {
  const files = await openFiles(stage, [/status of 404/])
  const { world, elise, camille, page, slowDown } = files
  const { api, upload } = await world.signIn(elise)
  const { spaceId } = camille
  const { id } = await api.files.createFolder({ spaceId, parentId: null, name: 'Programme' })
  await upload('squats', { name: 'Week 1.txt', spaceId, parentId: id })
  await page.reload()
  await openItem(page, 'Programme')
  await expect(row(page, 'Week 1.txt')).toBeVisible()
  await beginToSend(files, await makeFile('Film.bin', 24 * MB))
  await api.files.deleteItems({ ids: [id] })
  await slowDown(-1)
  await expect(said(page, '“Film.bin” was added to Files: its folder is no longer there.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'This folder is not here' })).toBeVisible()
  await expect(row(page, 'Week 1.txt')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Add a file' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Change who sees it' }).click()
  await expect(page.getByRole('dialog', { name: 'Film.bin' })).toBeVisible()
  await expectNoAxeViolations(page)
})
