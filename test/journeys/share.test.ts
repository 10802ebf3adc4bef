import assert from 'node:assert/strict'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { fillDevice } from './device.ts'
import { chooseFiles, expectList, openClient, openItem, row } from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'what a professional shares, the client sees on a phone and nothing else; what the client adds comes back',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc' })
    const elise = await world.addProfessional(company, 'employee', { name: 'Élise Gagnon' })
    const thomas = await world.addProfessional(company, 'employee', { name: 'Thomas Nguyen' })
    const camille = await world.addClient(company, { name: 'Camille Dubois' })
    for (const one of [elise, thomas]) await world.setStakeholder(camille, one)
    const device = await fillDevice(t, ['Knee exercises.pdf', 'Posture.jpg', 'Squat.mp4', 'Progress.jpg'])

    const page = await enter(world, elise)
    await openClient(page, 'Camille Dubois')
    const mine = [device['Knee exercises.pdf'], device['Posture.jpg'], device['Squat.mp4']]
    await (await chooseFiles(page, mine)).getByRole('button', { name: 'Add 3 files' }).click()
    await expectList(page, ['Knee exercises.pdf', 'Posture.jpg', 'Squat.mp4'])

    await openItem(page, 'Knee exercises.pdf')
    const viewer = page.getByRole('dialog', { name: 'Knee exercises.pdf' })
    await expect(viewer.getByText('Only you see this file')).toBeVisible()
    await viewer.getByRole('button', { name: 'Who sees it: Just me' }).click()
    const choice = page.getByRole('dialog', { name: 'Who sees it' })
    await expect(choice.getByRole('radio', { name: 'Just me' })).toBeFocused()
    const wording = { 'Just me': 'Only you', 'Me + my client': 'You and your client' }
    for (const [level, words] of Object.entries(wording))
      await expect(choice.locator('label').filter({ hasText: words })).toContainText(level)
    await choice.getByText('Me + my client', { exact: true }).click()
    await expect(choice.getByText('Your client will newly see it: Camille Dubois.')).toBeVisible()
    await expect(choice.getByText('Nobody loses access.')).toBeVisible()
    await expectNoAxeViolations(page)

    // Abandoned, nothing has changed.
    await choice.getByRole('button', { name: 'Cancel' }).click()
    await viewer.getByRole('button', { name: 'Who sees it: Just me' }).click()
    await choice.getByText('Me + my client', { exact: true }).click()
    await choice.getByRole('button', { name: 'Confirm' }).click()
    await expect(viewer.getByRole('button', { name: 'Who sees it: Me + my client' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(row(page, 'Knee exercises.pdf')).toContainText('Me + my client')
    await expect(row(page, 'Posture.jpg')).toContainText('Just me')

    const phone = await enter(world, camille, { phone: true })
    const answers: Promise<string>[] = []
    phone.on('response', (answer) => {
      // Whom they may choose among, they are told.
      const told =
        /json/.test(answer.headers()['content-type'] ?? '') && !/\/professionals/.test(answer.url())
      if (told) answers.push(answer.text().catch(() => ''))
    })
    await phone.reload()
    const everything = phone.getByRole('region', { name: 'Everything' })
    await expect(everything.getByRole('listitem')).toHaveText([/^Knee exercises\.pdf\s*Élise Gagnon/])
    await expectNoAxeViolations(phone)
    await everything.getByRole('button', { name: 'Knee exercises.pdf' }).first().click()
    const opened = phone.getByRole('dialog', { name: 'Knee exercises.pdf' })
    await expect(opened.locator('canvas').first()).toBeVisible()
    await expect(opened).toContainText('Shared by Élise Gagnon')
    await expectNoAxeViolations(phone)
    await phone.goBack()
    await expect(opened).toBeHidden()
    await phone.getByRole('button', { name: 'Search' }).click()
    await phone.getByRole('searchbox').fill('o')
    await expect(phone.getByRole('heading', { name: 'Nothing found for “o”' })).toBeVisible()
    const told = (await Promise.all(answers)).join('\n')
    assert.match(told, /Knee exercises/)
    assert.doesNotMatch(told, /Posture|Squat|Thomas|"files":[^0n]/)
    await phone.getByRole('button', { name: 'Cancel' }).click()

    const choosing = phone.waitForEvent('filechooser')
    await phone.getByRole('button', { name: 'Add', exact: true }).click()
    await phone.getByText('Choose photos').click()
    await (await choosing).setFiles(device['Progress.jpg'])
    const adding = phone.getByRole('dialog')
    await expect(adding.getByRole('radio', { name: 'All my professionals' })).toBeChecked()
    await expectNoAxeViolations(phone)
    await adding.getByRole('button', { name: 'Add 1 photo' }).click()
    await expect(everything.getByRole('listitem')).toHaveText([
      /^Progress\.jpg\s*You/,
      /^Knee exercises\.pdf/,
    ])

    for (const [one, names] of [
      [elise, ['Knee exercises.pdf', 'Posture.jpg', 'Progress.jpg', 'Squat.mp4']],
      [thomas, ['Progress.jpg']],
    ] as const) {
      const screen = await enter(world, one)
      await openClient(screen, 'Camille Dubois')
      await expectList(screen, names)
      await openItem(screen, 'Progress.jpg')
      const photo = screen.getByRole('dialog', { name: 'Progress.jpg' })
      await expect(photo.getByRole('img', { name: 'Progress.jpg' })).toHaveJSProperty('complete', true)
      await expect(photo).toContainText('Your client’s file: all the professionals involved see it')
      await expect(photo.getByRole('button', { name: 'Actions' })).toHaveCount(0)
    }
  },
)
