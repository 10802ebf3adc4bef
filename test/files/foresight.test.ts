import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Consequences } from '../../core/api/files.ts'
import type { Item } from '../../core/api/shapes.ts'
import { createWorld, type Professional, problem } from '../world.ts'

/** A record with two colleagues, an external, and a folder of Olivia's with one in it. */
async function withFolders(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const add = (name: string) => world.addProfessional(company, 'employee', { name, branches: ['Laval'] })
  const [olivia, paul] = [await add('Olivia'), await add('Paul')]
  const eve = await world.addProfessional(await world.addCompany({ name: 'Solo' }), 'employee', {
    name: 'Ève',
  })
  const client = await world.addClient(company, { name: 'Zoé' })
  for (const who of [olivia, paul, eve]) await world.setStakeholder(client, who)
  const { spaceId } = client
  const asOlivia = await world.signIn(olivia)
  const folder = async (who: Professional, name: string, parentId: string | null = null) =>
    (await world.signIn(who)).api.files.createFolder({ spaceId, parentId, name })
  const plans = await folder(olivia, 'Plans')
  const june = await folder(olivia, 'June', plans.id)
  const archive = await folder(olivia, 'Archive')
  return { world, company, olivia, paul, eve, client, spaceId, asOlivia, folder, plans, june, archive }
}

const names = (told: { gain: { name: string }[]; lose: { name: string }[] }) => [
  told.gain.map(({ name }) => name),
  told.lose.map(({ name }) => name),
]
const ofFolders = ({ folders }: Pick<Consequences, 'folders'>) =>
  Object.fromEntries(folders.map((folder) => [folder.name, names(folder)]))

test('a move tells which folders come and go, for whom', async (t) => {
  const { asOlivia, spaceId, plans, june, archive } = await withFolders(t)
  const file = await asOlivia.upload('x', { spaceId, parentId: june.id, level: 'everybody' })
  const foresee = (items: readonly Item[], to: string | null) =>
    asOlivia.api.files.foresee({
      ids: items.map(({ id }) => id),
      change: { kind: 'move', folderId: to },
    })
  const away = await foresee([file], archive.id)
  assert.deepEqual([names(away), away.files], [[[], []], 1], 'who sees the file stays the same')
  assert.deepEqual(ofFolders(away), {
    Archive: [['Ève', 'Zoé'], []],
    June: [[], ['Ève', 'Zoé']],
    Plans: [[], ['Ève', 'Zoé']],
  })
  assert.deepEqual(ofFolders(await foresee([file], plans.id)), { June: [[], ['Ève', 'Zoé']] })
  // A folder takes along what it holds.
  assert.deepEqual(ofFolders(await foresee([june], null)), { Plans: [[], ['Ève', 'Zoé']] })
  const other = await asOlivia.upload('y', { spaceId, parentId: june.id, level: 'me_client' })
  assert.deepEqual(ofFolders(await foresee([file], archive.id)), {
    Archive: [['Ève', 'Zoé'], []],
    June: [[], ['Ève']],
    Plans: [[], ['Ève']],
  })
  const private_ = await asOlivia.upload('z', { spaceId, level: 'company' })
  assert.deepEqual((await foresee([private_], june.id)).folders, [], 'silent where nobody is concerned')
  // Chosen together with the folder where it lies.
  assert.deepEqual(ofFolders(await foresee([june, other, file], archive.id)), {
    Archive: [['Ève', 'Zoé'], []],
    June: [[], ['Ève', 'Zoé']],
    Plans: [[], ['Ève', 'Zoé']],
  })
  await assert.rejects(foresee([plans], june.id), problem('folder_into_itself'))
})

test('of folders that would be deleted too, nothing is told', async (t) => {
  const { asOlivia, spaceId, plans, june, folder, olivia } = await withFolders(t)
  const week = await folder(olivia, 'Week', june.id)
  const file = await asOlivia.upload('x', { spaceId, parentId: week.id, level: 'everybody' })
  const foresee = async (items: readonly Item[]) =>
    ofFolders(
      await asOlivia.api.files.foresee({ ids: items.map(({ id }) => id), change: { kind: 'delete' } }),
    )
  const [kept, lost] = [{ Plans: [[], ['Ève', 'Zoé']] }, [[], ['Ève', 'Zoé']]]
  assert.deepEqual(await foresee([file]), { ...kept, June: lost, Week: lost })
  // June and Week lie between what is chosen.
  assert.deepEqual(await foresee([file, plans]), {})
  assert.deepEqual(await foresee([file, june]), kept)
  assert.deepEqual(await foresee([file, week, june]), kept)
})

test('what is hidden from whoever asks doesn’t show in what a move would do', async (t) => {
  const { world, paul, eve, asOlivia, spaceId, plans, archive } = await withFolders(t)
  const file = await asOlivia.upload('x', { spaceId, parentId: plans.id, level: 'me_client' })
  const change = { kind: 'move', folderId: archive.id } as const
  const before = await asOlivia.api.files.foresee({ ids: [file.id], change })
  const asPaul = await world.signIn(paul)
  await asPaul.upload('hidden', { spaceId, parentId: plans.id, level: 'me_client' })
  await asPaul.upload('hidden', { spaceId, parentId: archive.id, level: 'me_client' })
  assert.deepEqual(await asOlivia.api.files.foresee({ ids: [file.id], change }), before)
  assert.deepEqual(ofFolders(before), { Archive: [['Zoé'], []], Plans: [[], ['Zoé']] })
  // Nor is whoever may not move told anything.
  await assert.rejects(asPaul.api.files.foresee({ ids: [file.id], change }), problem('not_found'))
  const seen = await asOlivia.upload('x', { spaceId, parentId: plans.id, level: 'everybody' })
  await assert.rejects(asPaul.api.files.foresee({ ids: [seen.id], change }), problem('forbidden'))
  // An external who takes out the only file that shows them a folder loses it; its own company keeps it.
  const asEve = await world.signIn(eve)
  const theirs = await asEve.upload('e', { spaceId, parentId: plans.id, level: 'me' })
  const out = await asEve.api.files.foresee({ ids: [theirs.id], change: { kind: 'move', folderId: null } })
  assert.deepEqual(out.folders, [])
  await asOlivia.api.files.deleteItems({ ids: [seen.id] })
  const alone = await asEve.api.files.foresee({ ids: [theirs.id], change: { kind: 'move', folderId: null } })
  assert.deepEqual(alone.folders, [{ name: 'Plans', gain: [], lose: [{ as: 'you', name: 'Ève' }] }])
})
