import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld } from '../world.ts'
import { fillDevice } from './device.ts'
import {
  addFolder,
  choose,
  chooseFiles,
  dropFromDevice,
  expectList,
  openClient,
  openItem,
  row,
  said,
  undo,
} from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'a professional adds a PDF, a photo and a video for a client, puts them in order and opens each',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany()
    const elise = await world.addProfessional(company, 'employee', { name: 'Élise Gagnon' })
    const camille = await world.addClient(company, { name: 'Camille Dubois' })
    const louis = await world.addClient(company, { name: 'Louis Bouchard' })
    for (const client of [camille, louis]) await world.setStakeholder(client, elise)
    const device = await fillDevice(t, ['Knee exercises.pdf', 'Progress.jpg', 'Squat.mp4'])
    const page = await enter(world, elise)

    await openClient(page, 'Camille Dubois')
    await expect(page.getByRole('heading', { name: 'No files yet' })).toBeVisible()

    const adding = await chooseFiles(page, [device['Knee exercises.pdf'], device['Squat.mp4']])
    await expect(adding.getByRole('radio', { name: 'Just me' })).toBeChecked()
    await expectNoAxeViolations(page)
    await adding.getByRole('button', { name: 'Add 2 files' }).click()
    await expect(said(page, '2 files were added.')).toBeVisible()
    await expectList(page, ['Knee exercises.pdf', 'Squat.mp4'])

    await dropFromDevice(page, page.getByRole('grid'), [device['Progress.jpg']])
    await page.getByRole('dialog').getByRole('button', { name: 'Add 1 file' }).click()
    await expect(said(page, '“Progress.jpg” was added.')).toBeVisible()
    await expectList(page, ['Knee exercises.pdf', 'Progress.jpg', 'Squat.mp4'])
    for (const name of ['Knee exercises.pdf', 'Progress.jpg', 'Squat.mp4'])
      await expect(row(page, name)).toContainText('Just me')

    await addFolder(page, 'Programme')
    await addFolder(page, 'Photos')
    await expectList(page, ['Photos', 'Programme', 'Knee exercises.pdf', 'Progress.jpg', 'Squat.mp4'])

    await row(page, 'Progress.jpg').dragTo(row(page, 'Photos'))
    await expect(said(page, '“Progress.jpg” was moved.')).toBeVisible()
    await expectList(page, ['Photos', 'Programme', 'Knee exercises.pdf', 'Squat.mp4'])
    await expect(row(page, 'Photos')).toContainText('1 file')

    await choose(page, 'Squat.mp4', 'Move')
    const moving = page.getByRole('dialog', { name: 'Move “Squat.mp4”' })
    await expect(moving.getByRole('button', { name: 'Move here' })).toBeDisabled()
    await expect(moving.getByRole('treeitem')).toHaveText(['Files', 'Photos', 'Programme'])
    await expectNoAxeViolations(page)
    await expect(moving.getByRole('treeitem', { name: 'Files' })).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect(moving.getByRole('treeitem', { name: 'Programme' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expectList(page, ['Photos', 'Programme', 'Knee exercises.pdf'])

    // By the keyboard alone, from where the focus was left.
    await row(page, 'Photos').focus()
    await page.keyboard.press('End')
    await expect(row(page, 'Knee exercises.pdf')).toBeFocused()
    await page.keyboard.press('F2')
    await expect(page.getByRole('dialog').getByLabel('Name')).toBeFocused()
    await expectNoAxeViolations(page)
    await page.keyboard.type('At home')
    await page.keyboard.press('Enter')
    await expectList(page, ['Photos', 'Programme', 'At home.pdf'])
    await expect(row(page, 'At home.pdf')).toBeFocused()

    await page.keyboard.press('Home')
    await expect(row(page, 'Photos')).toBeFocused()
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowDown')
    await expect(page.getByRole('toolbar', { name: 'Selection' })).toContainText('2 selected')
    await page.keyboard.press('ControlOrMeta+a')
    await expect(page.getByRole('toolbar', { name: 'Selection' })).toContainText('3 selected')
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('toolbar', { name: 'Selection' })).toBeHidden()

    await page.keyboard.press('Home')
    await page.keyboard.press('Delete')
    const deleting = page.getByRole('dialog', { name: 'Delete “Photos”?' })
    await expect(deleting).toContainText('It goes with everything inside: 1 file in all.')
    await expect(deleting).toContainText('permanent')
    await expectNoAxeViolations(page)
    await deleting.getByRole('button', { name: 'Delete' }).press('Enter')
    await expectList(page, ['Programme', 'At home.pdf'])
    await expect(row(page, 'Programme')).toBeFocused()
    await undo(page, '“Photos” was deleted.')
    await expectList(page, ['Photos', 'Programme', 'At home.pdf'])

    await openItem(page, 'At home.pdf')
    const viewer = page.getByRole('dialog', { name: 'At home.pdf' })
    await expect(viewer.locator('canvas').first()).toBeVisible()
    await expect(viewer.getByText('Home exercises').first()).toBeAttached()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(viewer).toBeHidden()

    await openItem(page, 'Photos')
    await openItem(page, 'Progress.jpg')
    const photo = page
      .getByRole('dialog', { name: 'Progress.jpg' })
      .getByRole('img', { name: 'Progress.jpg' })
    await expect(photo).toBeVisible()
    await expect(photo).toHaveJSProperty('complete', true)
    await expect(photo).not.toHaveJSProperty('naturalWidth', 0)
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.goBack()

    await openItem(page, 'Programme')
    await openItem(page, 'Squat.mp4')
    const video = page.getByRole('dialog', { name: 'Squat.mp4' }).locator('video')
    await expect(video).toHaveJSProperty('videoWidth', 640)
    await expectNoAxeViolations(page)
  },
)

journey('a folder dropped from the device comes with all inside it', async ({ t, enter }) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const elise = await world.addProfessional(company)
  const camille = await world.addClient(company, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const dropped = join(await makeTempFolder(), 'Programme')
  await mkdir(join(dropped, 'Week 1'), { recursive: true })
  await mkdir(join(dropped, 'Week 2'))
  await writeFile(join(dropped, 'Week 1', 'Plan.txt'), 'Three sets of ten.')
  const page = await enter(world, elise)

  await openClient(page, 'Camille Dubois')
  await dropFromDevice(page, page.getByRole('heading', { name: 'No files yet' }), [dropped])
  await page.getByRole('dialog').getByRole('button', { name: 'Add 1 file' }).click()
  await expect(said(page, '“Plan.txt” was added.')).toBeVisible()
  await openItem(page, 'Programme')
  await expectList(page, ['Week 1', 'Week 2'])
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Actions for Week 1' }).click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  const zip = await downloading
  assert.equal(zip.suggestedFilename(), 'Week 1.zip')
  assert.ok((await readFile(await zip.path())).includes('Three sets of ten.'))
  await openItem(page, 'Week 1')
  await openItem(page, 'Plan.txt')
  await expect(page.getByRole('dialog', { name: 'Plan.txt' })).toContainText('Three sets of ten.')
})
