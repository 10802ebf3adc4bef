import assert from 'node:assert/strict'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { readMails } from '../mails.ts'
import { createWorld, PASSWORD } from '../world.ts'
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
    const candidates = dialog.getByRole('listitem').filter({ has: page.getByRole('checkbox') })
    await expect(candidates).toHaveText([/^Adam Lévy/, /^Zoé Martin/])
    await dialog.getByRole('checkbox', { name: 'Adam Lévy' }).check()
    await dialog.getByRole('searchbox').fill('zoe')
    await expect(candidates).toHaveText([/^Zoé Martin/])
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

journey(
  'a super admin keeps branches, people and settings; who is invited joins with an account or without',
  async ({ t, enter, visit }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc', branches: ['Laval'] })
    const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana Roy' })
    const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia Côté' })
    const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
    const eva = await world.addProfessional(solo, 'super_admin', { name: 'Éva Lévy' })

    const page = await enter(world, ana, { allowed: [/status of 409 .*\/api\/professionals\//] })
    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('link', { name: 'Branches' }).click()
    await page.getByRole('button', { name: 'Add a branch' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Québec')
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    const branches = page.getByRole('list', { name: 'Branches', exact: true }).getByRole('listitem')
    await expect(branches).toHaveText([/^Laval/, /^Québec/])
    await expectNoAxeViolations(page)

    await page.getByRole('button', { name: 'Archive: Laval' }).click()
    const leaving = page.getByRole('dialog')
    await expect(leaving).toContainText('It can’t be archived while it is used: by 2 professionals.')
    await expectNoAxeViolations(page)
    await leaving.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'Archive: Québec' }).click()
    await expect(leaving).toContainText('Files that were made in it keep it')
    await leaving.getByRole('button', { name: 'Archive' }).click()
    await expect(branches).toHaveText([/^Laval/])
    const archived = page.getByRole('list', { name: 'Archived branches' })
    await expect(archived.getByRole('listitem')).toHaveText([/^Québec/])
    await expectNoAxeViolations(page)
    await archived.getByRole('button', { name: 'Restore: Québec' }).click()
    await expect(branches).toHaveText([/^Laval/, /^Québec/])
    await expect(archived).toHaveCount(0)

    await page.getByRole('link', { name: 'Company', exact: true }).click()
    await page.getByLabel('Visibility of new files').selectOption('My company')
    await page.getByLabel('Days before').fill('30')
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved.')).toBeVisible()

    // What another administrator changes meanwhile is not undone by who looks again, and saves.
    await page.getByRole('link', { name: 'People', exact: true }).click()
    const { administration } = (await world.signIn(ana)).api
    await administration.changeCompany({ retentionDays: 7 })
    await page.getByRole('link', { name: 'Company', exact: true }).click()
    await page.getByLabel('Visibility of new files').selectOption('Everybody')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(async () => (await administration.readCompany()).defaultLevel).toBe('everybody')
    assert.equal((await administration.readCompany()).retentionDays, 7)

    await page.getByRole('link', { name: 'People', exact: true }).click()
    const dialog = page.getByRole('dialog')
    for (const [name, email] of [
      ['Éva L.', eva.email],
      ['Noé Martin', 'noe@carnet.test'],
    ] as const) {
      await page.getByRole('button', { name: 'Invite a professional' }).click()
      await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
      await dialog.getByRole('textbox', { name: 'E-mail' }).fill(email)
      await dialog.getByLabel('Profile').selectOption('Manager')
      await dialog.getByRole('checkbox', { name: 'Québec' }).check()
      await expectNoAxeViolations(page)
      await dialog.getByRole('button', { name: 'Send an invitation' }).click()
      await expect(dialog).toBeHidden()
    }
    const invited = page.getByRole('list', { name: 'Invited' }).getByRole('listitem')
    await expect(invited).toHaveText([/Éva L.*Manager · Laval and Québec/, /Noé Martin/])
    await expectNoAxeViolations(page)

    await world.runJobs()
    const linkTo = async (email: string) =>
      (await readMails(world.dataDir)).findLast(({ to }) => to === email)?.link ?? ''
    const hers = await visit(await linkTo(eva.email))
    await expect(hers.getByText('You already have an account')).toBeVisible()
    await expectNoAxeViolations(hers)
    await hers.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await hers.getByRole('button', { name: 'Sign in' }).click()
    await hers.getByRole('button', { name: 'Join Clinique du Parc' }).click()
    await expect(hers.getByRole('heading', { level: 1 })).toHaveText('Contacts')
    const his = await visit(await linkTo('noe@carnet.test'), { phone: true })
    await his.getByLabel('Password', { exact: true }).fill('a long password of Noé')
    await his.getByRole('button', { name: 'Get in' }).click()
    await expect(his.getByRole('heading', { level: 1 })).toHaveText('Contacts')
    await expect(his.getByRole('link', { name: 'Administration' })).toHaveCount(0)

    await page.reload()
    const people = page.getByRole('list', { name: 'People' }).getByRole('listitem')
    await expect(people).toHaveText([/^Ana Roy/, /^Éva Lévy/, /^Noé Martin/, /^Olivia Côté/])
    await page.getByRole('button', { name: 'Change: Ana Roy' }).click()
    await dialog.getByLabel('Profile').selectOption('Manager')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog.getByText('The company needs at least one super admin.')).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    const employee = await enter(world, olivia)
    await expect(employee.getByRole('link', { name: 'Administration' })).toHaveCount(0)
    await page.getByRole('button', { name: 'Archive: Olivia Côté' }).click()
    await dialog.getByRole('button', { name: 'Archive' }).click()
    await expect(people.last()).toHaveText(/Olivia Côté.*Archived/)
    await employee.reload()
    await expect(employee.getByRole('heading', { level: 1 })).toHaveText('Nothing here for now')
  },
)
