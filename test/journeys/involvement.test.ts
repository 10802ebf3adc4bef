import assert from 'node:assert/strict'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { readMails } from '../mails.ts'
import { createWorld, PASSWORD } from '../world.ts'
import { expectList, openClient } from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'an external is invited behind a warning, accepts from the bell, sees what everybody sees; the client ends it, and it is gone',
  async ({ t, enter, visit }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc' })
    const sofia = await world.addProfessional(company, 'manager', { name: 'Sofia Haddad' })
    const camille = await world.addClient(company, { name: 'Camille Dubois' })
    const solo = await world.addCompany({ name: 'Benali nutrition', branches: ['Benali'] })
    const nadia = await world.addProfessional(solo, 'super_admin', { name: 'Nadia Benali' })
    const hers = await world.signIn(sofia)
    for (const [name, level] of [
      ['Plan.txt', 'everybody'],
      ['Notes.txt', 'company'],
    ] as const)
      await hers.upload(name, { spaceId: camille.spaceId, name, level })

    const page = await enter(world, sofia)
    await openClient(page, 'Camille Dubois')
    await page.getByRole('button', { name: 'Join' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Join' }).click()
    await expect(page.getByText('You are a stakeholder of Camille Dubois now.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Join' })).toHaveCount(0)
    await page.getByRole('link', { name: 'Stakeholders' }).click()
    await page.getByRole('button', { name: 'Invite an external' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invite an external' })
    await dialog.getByLabel('E-mail').fill(nadia.email)
    await dialog.getByRole('button', { name: 'Send the invitation' }).click()
    await expect(dialog.getByText('Tick this to go on.')).toBeVisible()
    await expectNoAxeViolations(page)
    await dialog.getByRole('checkbox').check()
    await dialog.getByRole('button', { name: 'Send the invitation' }).click()
    const waiting = page.getByRole('region', { name: 'Invited externals' })
    await expect(waiting).toContainText(nadia.email)
    await expectNoAxeViolations(page)

    const other = await enter(world, nadia, { phone: true, allowed: [/status of 404/] })
    await expect(other.getByText('No contacts yet')).toBeVisible()
    await other.getByRole('link', { name: 'Notifications: 1 waiting' }).click()
    const request = other.getByRole('article', { name: 'Clinique du Parc' })
    await expect(request).toContainText(
      'Sofia Haddad (Clinique du Parc) invites you to be involved with Camille Dubois',
    )
    await expectNoAxeViolations(other)
    await request.getByRole('button', { name: 'Accept' }).click()
    await expect(request).toHaveCount(0)
    await expect(other.getByRole('link', { name: 'Notifications', exact: true })).toBeVisible()
    await other.getByRole('link', { name: 'Contacts' }).click()
    await openClient(other, 'Camille Dubois')
    await expectList(other, ['Plan.txt'])

    const phone = await enter(world, camille, { phone: true })
    await phone.getByRole('link', { name: 'Notifications: 1 waiting' }).click()
    await expect(phone.getByText('Nadia Benali is now involved with you')).toBeVisible()
    await expectNoAxeViolations(phone)
    await phone.getByRole('link', { name: 'Professionals' }).click()
    await expect(phone.getByRole('heading', { level: 1, name: 'Professionals' })).toBeVisible()
    await expectNoAxeViolations(phone)
    await phone.getByRole('button', { name: 'End: Nadia Benali' }).click()
    await phone.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
    await expect(phone.getByRole('list', { name: 'Professionals' })).not.toContainText('Nadia')

    await other.reload()
    await expect(other.getByText('This is not here, or is not shared with you any more.')).toBeVisible()

    // Who has no account yet comes by the letter.
    await hers.api.involvement.inviteExternal({
      spaceId: camille.spaceId,
      email: 'nora@carnet.test',
      understood: true,
    })
    await world.runJobs()
    const letter = (await readMails(world.dataDir)).find(({ to }) => to === 'nora@carnet.test')
    assert.ok(letter)
    const nora = await visit(letter.link, { phone: true })
    await nora.getByLabel('Your name').fill('Nora Roy')
    await nora.getByLabel('Name of the practice').fill('Nora Roy, diet')
    await nora.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await expectNoAxeViolations(nora)
    await nora.getByRole('button', { name: 'Open my practice and accept' }).click()
    await openClient(nora, 'Camille Dubois')
    await expectList(nora, ['Plan.txt'])
  },
)
