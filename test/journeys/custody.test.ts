import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld } from '../world.ts'
import { choose, chooseFiles, openClient, row, said } from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'a super admin restores what was deleted, takes over, hands over a leaver’s work, and sets how much room there is',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc' })
    const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana Roy' })
    const noé = await world.addProfessional(company, 'employee', { name: 'Noé Martin' })
    const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia Côté' })
    const zoé = await world.addClient(company, { name: 'Zoé Tremblay' })
    await world.setStakeholder(zoé, noé)
    await world.db.updateTable('company').set({ retention_days: 30 }).execute()
    const his = await world.signIn(noé)
    const { spaceId } = zoé
    for (const name of ['First plan.txt', 'Second plan.txt'])
      await his.upload('plan', { name, spaceId, level: 'company' })
    const old = await his.upload('old', { name: 'Old plan.txt', spaceId, level: 'company' })
    const notes = await his.upload('notes', { name: 'Notes.txt', spaceId })
    await his.api.files.deleteItems({ ids: [old.id, notes.id] })
    world.pass({ seconds: 11 })

    const page = await enter(world, ana, { allowed: [/status of 507 .*\/api\/uploads\)/] })
    const dialog = page.getByRole('dialog')
    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('link', { name: 'Deleted files' }).click()
    await expect(page.getByText('Deleted by Noé Martin')).toBeVisible()
    await expectNoAxeViolations(page)
    await page
      .getByRole('button', {
        name: 'Restore: “Old plan.txt” and more that isn’t shared with you',
        exact: true,
      })
      .click()
    await expect(page.getByText('Nothing to restore')).toBeVisible()

    await page.getByRole('link', { name: 'Contacts' }).click()
    await openClient(page, 'Zoé Tremblay')
    await expect(row(page, 'Old plan.txt')).toContainText('Noé Martin')
    await choose(page, 'First plan.txt', 'Take over…')
    await dialog.getByRole('button', { name: 'Take over' }).click()
    await expect(dialog.getByText('This is needed.')).toBeVisible()
    await dialog.getByLabel('Reason').fill('Noé leaves')
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Take over' }).click()
    await expect(said(page, 'You are now the owner of “First plan.txt”.')).toBeVisible()
    await expect(row(page, 'First plan.txt')).toContainText('You')
    await row(page, 'Second plan.txt').getByRole('link', { name: 'Second plan.txt', exact: true }).click()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await expect(page.getByRole('menuitem', { name: 'Take over…' })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')

    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('button', { name: 'Archive: Noé Martin' }).click()
    await expect(dialog.getByText('What they added stays')).toBeVisible()
    await dialog.getByLabel('Who goes on with their clients and files?').selectOption('Olivia Côté')
    await expect(dialog.getByRole('definition')).toHaveText(['1', '0', '3'])
    await expect(dialog.getByText('No other professional sees one of these files')).toBeVisible()
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Hand over and archive' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: 'Noé Martin' })).toContainText('Archived')
    const hers = await world.signIn(olivia)
    const { items } = await hers.api.files.listItems({ spaceId })
    expect(items.filter(({ owner }) => owner?.you).map(({ name }) => name)).toEqual([
      'Notes.txt',
      'Old plan.txt',
      'Second plan.txt',
    ])

    await page.getByRole('button', { name: 'More for Olivia Côté' }).click()
    await page.getByRole('menuitem', { name: 'Take over files' }).click()
    await dialog.getByRole('radio', { name: /Zoé Tremblay/ }).check()
    await dialog.getByLabel('Reason').fill('Olivia is ill')
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Take over' }).click()
    await expect(said(page, 'You are now the owner of 3 files and folders')).toBeVisible()

    await page.getByRole('link', { name: 'Company' }).click()
    await page.getByLabel('Room for files').fill('0.1')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('progressbar', { name: 'Room taken' })).toBeVisible()
    await expect(page.getByText('1 MB of 100 MB used.')).toBeVisible()
    await expectNoAxeViolations(page)
    await world.db.updateTable('company_use').set({ bytes: 99_999_999 }).execute()
    const path = join(await makeTempFolder(), 'Large.txt')
    await writeFile(path, 'more than there is room for')
    await page.getByRole('link', { name: 'Contacts' }).click()
    await openClient(page, 'Zoé Tremblay')
    await (await chooseFiles(page, path)).getByRole('button', { name: /^Add / }).click()
    await expect(page.getByText('The practice’s storage is full').first()).toBeVisible()
  },
)
