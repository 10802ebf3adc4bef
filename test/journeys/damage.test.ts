import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { openClient, row } from './files-page.ts'
import { journey, type Stage } from './journey.ts'

async function setScene(t: Stage['t']) {
  const world = await createWorld(t)
  const parc = await world.addCompany({ name: 'Clinique du Parc' })
  const elise = await world.addProfessional(parc, 'employee', { name: 'Élise Gagnon' })
  const boss = await world.addProfessional(parc, 'super_admin', { name: 'Jean Roy' })
  const camille = await world.addClient(parc, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const { upload } = await world.signIn(elise)
  const at = { spaceId: camille.spaceId, level: 'everybody' as const }
  await upload('whole', { ...at, name: 'Plan.txt' })
  await upload('results', { ...at, name: 'Results.txt' })
  await upload('note', { spaceId: camille.spaceId, name: 'Note.txt', level: 'me' })
  const check = () => world.services.check.checkAll({ repair: false, tell: () => {} })

  async function lose(...names: string[]) {
    const rows = await world.db
      .selectFrom('item')
      .innerJoin('blob', 'blob.id', 'item.blob_id')
      .select('key')
      .where('item.name', 'in', names)
      .execute()
    for (const { key } of rows) await rm(join(world.dataDir, 'blobs', key.split('.')[0] ?? ''))
    await check()
  }
  return { world, elise, boss, camille, check, lose }
}

journey('a file that is damaged says so where it stands and where it is opened', async ({ t, enter }) => {
  const { world, elise, lose } = await setScene(t)
  await lose('Results.txt')
  const page = await enter(world, elise)
  await openClient(page, 'Camille Dubois')
  await expect(row(page, 'Results.txt')).toContainText('Damaged')
  await expect(row(page, 'Plan.txt')).not.toContainText('Damaged')
  await expectNoAxeViolations(page)
  await row(page, 'Results.txt').focus()
  await page.keyboard.press('Enter')
  const opened = page.getByRole('dialog', { name: 'Results.txt' })
  await expect(opened.getByRole('status').filter({ hasText: 'can restore it from a backup' })).toBeVisible()
  await expect(opened.getByRole('button', { name: 'Download' })).toHaveCount(0)
  await expectNoAxeViolations(page)
})

journey('a super admin reads how the files are, and opens what is damaged', async ({ t, enter }) => {
  const { world, boss, check, lose } = await setScene(t)
  const page = await enter(world, boss)
  await page.goto(`${world.origin}/administration`)
  await page.getByRole('link', { name: 'File check' }).click()
  await expect(page.getByText('Not checked yet')).toBeVisible()
  await check()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'All 3 files are whole' })).toBeVisible()
  await expectNoAxeViolations(page)
  await lose('Results.txt', 'Note.txt')
  await page.reload()
  await expect(page.getByRole('heading', { name: '2 files are damaged' })).toBeVisible()
  await expect(page.getByText('1 file that isn’t shared with you')).toBeVisible()
  await expect(page.getByText('Note.txt')).toHaveCount(0)
  await expectNoAxeViolations(page)
  await page.getByRole('link', { name: 'Results.txt' }).click()
  await expect(page.getByRole('dialog', { name: 'Results.txt' })).toBeVisible()
})
