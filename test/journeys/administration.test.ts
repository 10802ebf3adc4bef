import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { journey } from './journey.ts'

journey(
  'a manager makes a group of clients, shares with them, renames it, deletes it',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc', branches: ['Laval', 'Québec'] })
    const marc = await world.addProfessional(company, 'manager', { name: 'Marc Roy', branches: ['Laval'] })
    const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia Côté' })
    const [adam, zoe] = [
      await world.addClient(company, { name: 'Adam Lévy' }),
      await world.addClient(company, { name: 'Zoé Martin' }),
    ]
    await world.addClient(company, { name: 'Far Away', branches: ['Québec'] })

    const page = await enter(world, marc)
    await page.getByRole('button', { name: 'Add a group' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Morning knees')
    await expectNoAxeViolations(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Morning knees')
    await expect(page.getByText('Nobody is in this group yet')).toBeVisible()
    await page.getByRole('button', { name: 'Add clients' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add clients' })
    await expect(dialog.getByRole('listitem')).toHaveText([/^Adam Lévy/, /^Zoé Martin/])
    await dialog.getByRole('checkbox', { name: 'Adam Lévy' }).check()
    await dialog.getByRole('searchbox').fill('zoe')
    await expect(dialog.getByRole('listitem')).toHaveText([/^Zoé Martin/])
    await dialog.getByRole('checkbox', { name: 'Zoé Martin' }).check()
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Add 2 clients' }).click()
    const members = page.getByRole('list', { name: 'Members' }).getByRole('listitem')
    await expect(members).toHaveText([/^Adam Lévy/, /^Zoé Martin/])
    await expectNoAxeViolations(page)

    const { api, upload } = await world.signIn(marc)
    const { contacts } = await api.people.listContacts({ kind: 'group' })
    const spaceId = contacts[0]?.spaceId ?? ''
    await upload('knees', { name: 'Knees.txt', spaceId, level: 'me_client' })
    const phone = await enter(world, zoe, { phone: true })
    await expect(phone.getByRole('region', { name: 'Everything' })).toContainText('Knees.txt')

    await page.getByRole('button', { name: 'Remove: Zoé Martin' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await expect(members).toHaveText([/^Adam Lévy/])
    await phone.reload()
    await expect(phone.getByText('No files yet')).toBeVisible()

    await page.getByRole('link', { name: 'Record' }).click()
    await page.getByRole('button', { name: 'Rename the group' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Evening knees')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Evening knees')
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Delete the group' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the group' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Contacts')
    await expect(page.getByText('Evening knees', { exact: true })).toHaveCount(0)

    const stranger = await enter(world, adam, { phone: true })
    await expect(stranger.getByText('No files yet')).toBeVisible()
    const employee = await enter(world, olivia)
    await expect(employee.getByRole('button', { name: 'Add a client' }).first()).toBeVisible()
    await expect(employee.getByRole('button', { name: 'Add a group' })).toHaveCount(0)
  },
)
