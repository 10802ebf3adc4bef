import assert from 'node:assert/strict'
import { createWorld } from '../world.ts'
import { choose, openClient } from './files-page.ts'
import { journey } from './journey.ts'

/** What somebody calls a file, and what Chromium saves it as where its file system wouldn't take that. */
const NAMES: [name: string, saved?: string][] = [
  ['Été à Montréal 😀.txt'],
  ['100% sûr %22 %2e.txt'],
  ["l'épaule; filename=evil.txt"],
  ['a "quoted" name.txt', 'a _quoted_ name.txt'],
  ['日本語 العربية.txt'],
  ['con.txt'],
  ['.hidden', 'hidden'],
]

journey('a file is saved under the name that it has', async ({ t, enter }) => {
  const world = await createWorld(t)
  const parc = await world.addCompany({ name: 'Clinique du Parc' })
  const elise = await world.addProfessional(parc, 'employee', { name: 'Élise Gagnon' })
  const camille = await world.addClient(parc, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const { upload } = await world.signIn(elise)
  for (const [name] of NAMES) await upload('text', { name, spaceId: camille.spaceId })
  const page = await enter(world, elise)
  await openClient(page, 'Camille Dubois')
  for (const [name, saved = name] of NAMES) {
    const download = page.waitForEvent('download')
    await choose(page, name, 'Download')
    assert.equal((await download).suggestedFilename(), saved)
  }
})
