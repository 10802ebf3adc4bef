import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { EICAR, startClamd } from '../clamd.ts'
import { flat } from '../previews/hostile.ts'
import { createWorld } from '../world.ts'
import { choose, openClient, row } from './files-page.ts'
import { journey, type Stage } from './journey.ts'

const LATER = 'Session.jpg'

async function setScene(t: Stage['t']) {
  const clamd = await startClamd(t)
  const world = await createWorld(t, { settings: { CLAMD_URL: clamd.url } })
  const parc = await world.addCompany({ name: 'Clinique du Parc' })
  const elise = await world.addProfessional(parc, 'employee', { name: 'Élise Gagnon' })
  const boss = await world.addProfessional(parc, 'super_admin', { name: 'Jean Roy' })
  const camille = await world.addClient(parc, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const { upload } = await world.signIn(elise)
  const at = { spaceId: camille.spaceId, level: 'me_client' as const }
  clamd.state.max = 5000
  await upload(EICAR, { ...at, name: 'Results.txt' })
  await upload('x'.repeat(6000), { ...at, name: 'Film.txt' })
  await world.runJobs()
  await upload(await flat(300, 200).jpeg().toBuffer(), { ...at, name: LATER })
  return { clamd, world, elise, boss, camille }
}

journey(
  'its owner sees what is being checked, what can’t be and what is blocked, and deletes that',
  async ({ t, enter }) => {
    const { world, elise } = await setScene(t)
    const page = await enter(world, elise)
    await openClient(page, 'Camille Dubois')
    await expect(row(page, 'Results.txt')).toContainText('Blocked: malware found')
    await expect(row(page, 'Film.txt')).toContainText('Can’t be checked')
    await expect(row(page, LATER)).toContainText('Being checked')
    await expectNoAxeViolations(page)

    await page.getByRole('button', { name: 'Actions for Results.txt' }).click()
    await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeVisible()
    await expect(page.getByRole('menuitem', { name: 'Download' })).toHaveCount(0)
    await page.keyboard.press('Escape')
    await row(page, 'Results.txt').focus()
    await page.keyboard.press('Enter')
    const blocked = page.getByRole('dialog', { name: 'Results.txt' })
    await expect(
      blocked.getByRole('status').filter({ hasText: 'blocked for everybody, you too' }),
    ).toBeVisible()
    await expect(blocked.getByRole('button', { name: 'Download' })).toHaveCount(0)
    await expectNoAxeViolations(page)
    await page.keyboard.press('ArrowRight')
    const waiting = page.getByRole('dialog', { name: LATER })
    await expect(waiting.getByText('until then, only you can download it')).toBeVisible()
    const download = page.waitForEvent('download')
    await waiting.getByRole('button', { name: 'Download' }).click()
    await (await download).cancel()

    // It opens by itself, and the list learns of it too.
    await world.runJobs()
    await expect(waiting.getByRole('img', { name: LATER })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(row(page, LATER)).not.toContainText('Being checked')

    await page.getByRole('button', { name: 'Show as a grid' }).click()
    await expect(page.getByRole('gridcell').filter({ hasText: 'Results.txt' })).toContainText(
      'Blocked: malware found',
    )
    await expectNoAxeViolations(page)
    await choose(page, 'Results.txt', 'Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('“Results.txt” was deleted.')).toBeVisible()
    await expect(page.getByRole('link', { name: 'Results.txt' })).toHaveCount(0)
  },
)

journey('a client sees on the phone what keeps a file from them, in French too', async ({ t, enter }) => {
  const { world, camille } = await setScene(t)
  await (await world.signIn(camille)).api.account.changeMe({ language: 'fr' })
  const page = await enter(world, camille, { phone: true, locale: 'fr-CA' })
  const rowOf = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  await expect(rowOf('Results.txt')).toContainText('Bloqué : logiciel malveillant')
  await expect(rowOf('Film.txt')).toContainText('Non vérifiable')
  await expect(rowOf(LATER)).toContainText('Vérification en cours')
  await expectNoAxeViolations(page)

  await rowOf(LATER).getByRole('button', { name: 'Actions' }).click()
  await expect(page.getByRole('dialog').getByText('Vérification en cours')).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Télécharger' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await rowOf('Results.txt').getByRole('button').first().click()
  const blocked = page.getByRole('dialog', { name: 'Results.txt' })
  await expect(blocked.getByText('Il est bloqué pour tout le monde')).toBeVisible()
  await expect(blocked.getByRole('button', { name: 'Télécharger' })).toHaveCount(0)
  await expectNoAxeViolations(page)
  await page.goBack()

  await rowOf(LATER).getByRole('button').first().click()
  await expect(page.getByText('Il s’ouvrira ici dès que ce sera fait.')).toBeVisible()
  await world.runJobs()
  await expect(page.getByRole('dialog').getByRole('img', { name: LATER })).toBeVisible()
})

journey('an administrator is told of malware and of a scanner that is away', async ({ t, enter }) => {
  const { clamd, world, boss } = await setScene(t)
  clamd.state.refuses = true
  const page = await enter(world, boss)
  await page.getByRole('link', { name: /^Notifications/ }).click()
  await page
    .getByRole('link', { name: /^Malware was found in the files of Camille Dubois, in one that isn’t/ })
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Camille Dubois')
  await page.getByRole('link', { name: 'Administration' }).click()
  await expect(
    page.getByRole('status').filter({ hasText: 'The malware scanner doesn’t answer' }),
  ).toBeVisible()
  await expectNoAxeViolations(page)
  await page.getByRole('link', { name: 'Audit log' }).click()
  await expect(page.getByText('Carnet found malware in a file that isn’t shared with you')).toBeVisible()
  clamd.state.refuses = false
  await page.reload()
  await expect(page.getByText('Carnet found malware')).toBeVisible()
  await expect(page.getByText('The malware scanner doesn’t answer')).toHaveCount(0)
})
