import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { choose, expectList, expectStill, openClient, row, said, undo } from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'a move, a level, a member who leaves: who gains and who loses is said before, and the client’s sight is mended',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany({ name: 'Clinique du Parc', branches: ['Laval', 'Québec'] })
    const max = await world.addProfessional(company, 'manager', { name: 'Max Roy', branches: ['Laval'] })
    const nadia = await world.addProfessional(await world.addCompany({ name: 'Solo' }), 'employee', {
      name: 'Nadia Benali',
    })
    const camille = await world.addClient(company, { name: 'Camille Dubois' })
    const louis = await world.addClient(company, { name: 'Louis Bouchard' })
    await world.setStakeholder(camille, nadia)
    const group = await world.addGroup(company, [camille, louis], { name: 'Tuesday runners' })
    const asMax = await world.signIn(max)
    const { spaceId } = camille
    const plans = await asMax.api.files.createFolder({ spaceId, parentId: null, name: 'Plans' })
    await asMax.api.files.createFolder({ spaceId, parentId: null, name: 'Old' })
    const squat = await asMax.upload('x', {
      name: 'Squat.txt',
      spaceId,
      parentId: plans.id,
      level: 'everybody',
    })
    await asMax.upload('y', { name: 'Notes.txt', spaceId, level: 'branch' })
    await asMax.upload('z', { name: 'Route.txt', spaceId: group.spaceId, level: 'company_client' })

    const page = await enter(world, max)
    // A link to a file in a folder opens it over that folder.
    await page.goto(`${world.origin}/clients/${camille.id}?item=${squat.id}`)
    const viewer = page.getByRole('dialog', { name: 'Squat.txt' })
    await expect(viewer.getByText('1 / 1')).toBeVisible()
    await viewer.getByRole('button', { name: 'Who sees this?' }).click()
    await expect(page.getByText('Your client sees it.')).toBeVisible()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expectList(page, ['Squat.txt'])

    await choose(page, 'Squat.txt', 'Move')
    const moving = page.getByRole('dialog', { name: 'Move “Squat.txt”' })
    const folders = moving.getByRole('treeitem')
    await expect(folders).toHaveText(['Files', 'Old', 'Plans'])
    await expectStill(folders, folders.filter({ hasText: 'Old' }), /^Folder “Old” will be visible/)
    const whom = '1 external professional and your client (Nadia Benali and Camille Dubois)'
    await expect(moving.getByText(`Folder “Old” will be visible to ${whom}.`)).toBeVisible()
    await expect(moving.getByText(`Folder “Plans” will no longer be visible to ${whom}.`)).toBeVisible()
    await expectNoAxeViolations(page)
    await moving.getByRole('button', { name: 'Move here' }).click()
    await expect(said(page, '“Squat.txt” was moved.')).toBeVisible()
    await undo(page, '“Squat.txt” was moved.')
    await expectList(page, ['Squat.txt'])

    // Dropped on a folder: asked where that concerns somebody, done at once where it doesn't.
    await page.goto(`${world.origin}/clients/${camille.id}`)
    await row(page, 'Plans').dragTo(row(page, 'Old'))
    const asked = page.getByRole('dialog', { name: 'Move “Plans”' })
    await expect(asked.getByText(`Folder “Old” will be visible to ${whom}.`)).toBeVisible()
    await asked.getByRole('button', { name: 'Cancel' }).click()
    await row(page, 'Notes.txt').dragTo(row(page, 'Old'))
    await expect(said(page, '“Notes.txt” was moved.')).toBeVisible()
    await undo(page, '“Notes.txt” was moved.')

    await choose(page, 'Notes.txt', 'Can my client see it?')
    const sight = page.getByRole('dialog', { name: 'Can my client see it?' })
    await expect(sight.getByText('Its visibility, “My branch”, doesn’t include your client.')).toBeVisible()
    await expect(sight.getByText('Your client will newly see it: Camille Dubois.')).toBeVisible()
    await expectNoAxeViolations(page)
    await sight.getByRole('button', { name: 'Change to “My company + my client”' }).click()
    await expect(sight.getByText('Your client sees it.')).toBeVisible()
    await sight.getByRole('button', { name: 'Close' }).last().click()

    await page.goto(`${world.origin}/groups/${group.id}/members`)
    await page.getByRole('button', { name: 'Remove: Camille Dubois' }).click()
    const leaving = page.getByRole('dialog', { name: 'Remove Camille Dubois from the group?' })
    await expect(leaving.getByText('1 of the files that you see')).toBeVisible()
    await leaving.getByRole('button', { name: 'Copy files first…' }).click()
    await leaving.getByText('Route.txt').click()
    await expectNoAxeViolations(page)
    await leaving.getByRole('button', { name: 'Remove' }).click()
    await expect(page.getByText('Camille Dubois is no longer in the group.')).toBeVisible()
    await page.goto(world.origin)
    await openClient(page, 'Camille Dubois')
    await expect(row(page, 'Route.txt')).toContainText('My company + my client')

    await page.goto(`${world.origin}/groups/${group.id}/record`)
    await page.getByRole('button', { name: 'Delete the group' }).click()
    const deleting = page.getByRole('dialog', { name: 'Delete “Tuesday runners”?' })
    await expect(deleting.getByRole('heading', { name: 'Who loses access' })).toBeVisible()
    await expect(deleting.getByText('Louis Bouchard')).toBeVisible()
    await expectNoAxeViolations(page)
  },
)

journey(
  'what a change would do is asked before it is confirmed, and no more once it is made',
  async (stage) => {
    const world = await createWorld(stage.t)
    const company = await world.addCompany()
    const ana = await world.addProfessional(company, 'super_admin', { name: 'Ana Roy' })
    await world.addProfessional(company, 'employee', { name: 'Olivia Côté' })
    const page = await stage.enter(world, ana)
    let questions = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/api/foresight')) questions++
    })
    const [made, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route('**/api/professionals/*', async (route) => {
      const response = await route.fetch()
      made.resolve()
      await held.promise
      await route.fulfill({ response })
    })
    await page.goto(`${world.origin}/administration`)
    await page.getByRole('button', { name: 'Archive: Olivia Côté' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByText('Nobody gains or loses access.')).toBeVisible()
    await dialog.getByRole('button', { name: 'Archive' }).click()
    await made.promise
    // Whoever comes back to the window is shown what is new.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await expect(dialog.getByText('Nobody gains or loses access.')).toBeVisible()
    held.resolve()
    await expect(page.getByRole('list', { name: 'People' })).toContainText(/Olivia Côté.*Archived/)
    await expect(dialog).toBeHidden()
    expect(questions).toBe(1)
  },
)
