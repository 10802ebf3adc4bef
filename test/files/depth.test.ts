import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Browser, createWorld, problem } from '../world.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const { spaceId, ...client } = await world.addClient(company)
  const add = async () => {
    const professional = await world.addProfessional(company)
    await world.setStakeholder({ spaceId }, professional)
    return world.signIn(professional)
  }
  /** A folder in a folder in a folder …, from the outermost on. */
  const chain = async ({ api }: Browser, length: number, under: string | null = null) => {
    const ids: string[] = []
    for (let i = 0; i < length; i++) {
      const input = { spaceId, parentId: ids.at(-1) ?? under, name: `Level ${i}` }
      ids.push((await api.files.createFolder(input)).id)
    }
    return ids
  }
  return { world, company, client, spaceId, add, chain }
}

test('folders go as deep as 32 levels, whether they are made or moved there; files fit in the deepest', async (t) => {
  const { spaceId, add, chain } = await enter(t)
  const browser = await add()
  const { files } = browser.api
  const deep = await chain(browser, 32)
  const deepest = deep.at(-1) ?? ''
  const tooDeep = problem('folder_too_deep')
  await assert.rejects(files.createFolder({ spaceId, parentId: deepest, name: 'x' }), tooDeep)
  const file = await browser.upload('x', { spaceId, parentId: deepest })
  assert.equal((await files.moveItems({ ids: [file.id], folderId: deepest })).length, 1)

  const [tower = '', inside = ''] = await chain(browser, 3)
  await assert.rejects(files.moveItems({ ids: [tower, file.id], folderId: deep[29] ?? '' }), tooDeep)
  assert.equal((await files.readItem({ itemId: tower })).parentId, null)
  await files.moveItems({ ids: [tower], folderId: deep[28] ?? '' })
  await assert.rejects(files.moveItems({ ids: [inside], folderId: deepest }), tooDeep)
  await files.moveItems({ ids: [inside], folderId: deep[29] ?? '' })
  // Upwards is never too deep.
  await files.moveItems({ ids: [inside], folderId: null })
})

test('a refusal tells nothing of folders that its reader doesn’t see', async (t) => {
  const { world, spaceId, add, chain } = await enter(t)
  const browser = await add()
  const external = await world.addProfessional(await world.addCompany({ name: 'Other' }))
  await world.setStakeholder({ spaceId }, external)
  const deep = await chain(browser, 30)
  const [tower = ''] = await chain(browser, 1)
  // The external sees the folder by a file in it, and puts folders there that only they see.
  await browser.upload('x', { spaceId, parentId: tower, level: 'everybody' })
  await chain(await world.signIn(external), 5, tower)
  const moved = await browser.api.files.moveItems({ ids: [tower], folderId: deep[29] ?? '' })
  assert.equal(moved[0]?.parentId, deep[29])
})
