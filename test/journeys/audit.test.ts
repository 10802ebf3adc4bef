import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { journey } from './journey.ts'

journey(
  'an administrator reads, filters and exports the log; a client sees who opened what',
  async (stage) => {
    const { t, enter } = stage
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc', branches: ['Laval'] })
    const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana Roy' })
    const elise = await world.addProfessional(company, 'employee', { name: 'Élise Gagnon' })
    const camille = await world.addClient(company, { name: 'Camille Roy' })
    await world.addClient(company, { name: 'Louis Morin' })
    await world.setStakeholder(camille, elise)
    const work = await world.signIn(elise)
    const plan = await work.upload('plan', { name: 'Plan.txt', spaceId: camille.spaceId, level: 'me' })
    await work.api.files.changeLevel({ ids: [plan.id], level: 'company_client' })
    await work.fetch(`/api/items/${plan.id}/content?inline`)
    await work.upload('secret', { name: 'Secret.txt', spaceId: camille.spaceId, level: 'me' })

    const page = await enter(world, ana)
    await page.goto(`${world.origin}/administration`)
    await page.getByRole('link', { name: 'Audit log' }).click()
    const entries = page.getByRole('listitem').filter({ has: page.getByRole('time') })
    await expect(page.getByText('Élise Gagnon changed the visibility of “Plan.txt”')).toBeVisible()
    await expect(page.getByText('Élise Gagnon added a file that isn’t shared with you')).toBeVisible()
    await expect(page.getByText('Secret')).toHaveCount(0)
    await expect(page.getByText('before: Just me · after: My company + my client')).toBeVisible()
    await expectNoAxeViolations(page)

    await page.getByRole('combobox', { name: 'What' }).selectOption('Openings and downloads')
    await expect(entries).toHaveText([/Élise Gagnon opened “Plan.txt”/])
    await page.getByRole('combobox', { name: 'What' }).selectOption('All actions')
    await page.getByRole('combobox', { name: 'Person or group' }).fill('louis')
    await page.getByRole('option', { name: 'Louis Morin' }).click()
    await expect(page.getByText('Nothing matches the filter')).toBeVisible()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await expect(entries.first()).toBeVisible()
    await page.getByRole('combobox', { name: 'Person or group' }).fill('camil')
    await expect(page.getByRole('option')).toHaveText([/Camille Roy/])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(entries.first()).toContainText('Élise Gagnon')
    await expect(page.getByText('signed in')).toHaveCount(0)

    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    const file = await downloading
    assert.match(file.suggestedFilename(), /^carnet-audit-\d{4}-\d\d-\d\d\.csv$/)
    assert.match(
      await readFile(await file.path(), 'utf8'),
      /"level_changed","file","Plan\.txt","Camille Roy"/,
    )

    const phone = await enter(world, camille, { phone: true })
    await phone.getByRole('link', { name: 'Account' }).first().click()
    await phone.getByRole('link', { name: 'Who opened my files' }).click()
    await expect(phone.getByText('Élise Gagnon opened')).toHaveCount(1)
    await expectNoAxeViolations(phone)
    await phone.getByRole('link', { name: 'Plan.txt' }).click()
    await expect(phone.getByRole('dialog')).toContainText('Plan.txt')
  },
)
