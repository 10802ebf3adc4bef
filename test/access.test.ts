import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Item } from '../core/api/shapes.ts'
import { Problem } from '../core/errors.ts'
import { LEVELS, type Level } from '../core/visibility.ts'
import { CLIENT_FILE, FILE, FOLDER, GROUP_FILE } from './access.table.ts'
import { type Browser, createWorld, type Group, type World } from './world.ts'

// Every cell of the access table, over HTTP.

let world: World
const who: Record<string, Browser> = {}
let record: { spaceId: string }
let group: Group
let olivia: { id: string }

before(async (t) => {
  world = await createWorld(t as never)
  const practice = await world.addCompany({ name: 'Practice', branches: ['Laval', 'Québec'] })
  const other = await world.addCompany({ name: 'Other', branches: ['Montréal'] })
  const laval = { branches: ['Laval'] }
  const quebec = { branches: ['Québec'] }
  const people = {
    'Olivia, who added it': await world.addProfessional(practice, 'employee', { name: 'Olivia', ...laval }),
    'colleague in Laval, involved': await world.addProfessional(practice, 'employee', laval),
    'colleague in Québec, involved': await world.addProfessional(practice, 'employee', quebec),
    'colleague in Laval, read only, involved': await world.addProfessional(practice, 'read_only', laval),
    'colleague in Laval, not involved': await world.addProfessional(practice, 'employee', laval),
    'colleague in Laval, archived as stakeholder': await world.addProfessional(practice, 'employee', laval),
    'manager of Laval': await world.addProfessional(practice, 'manager', laval),
    'manager of Québec': await world.addProfessional(practice, 'manager', quebec),
    'branch admin of Laval': await world.addProfessional(practice, 'branch_admin', laval),
    'super admin': await world.addProfessional(practice, 'super_admin', { branches: [] }),
    'external, involved': await world.addProfessional(other, 'employee'),
    'external, invited but not yet accepted': await world.addProfessional(other, 'employee'),
    "super admin of the external's company": await world.addProfessional(other, 'super_admin'),
  }
  const client = await world.addClient(practice)
  const clients = {
    'the client': client,
    'another client': await world.addClient(practice),
    'former member': await world.addClient(practice),
  }
  record = client
  olivia = people['Olivia, who added it']
  group = await world.addGroup(practice, [client, clients['former member']])
  await world.db.deleteFrom('group_member').where('client_id', '=', clients['former member'].id).execute()
  for (const [name, person] of Object.entries(people)) {
    const external = name.startsWith('external')
    if (/involved$/.test(name) && !name.includes('not involved') && !external)
      await world.setStakeholder(group, person)
    if (name.includes('archived')) await world.setStakeholder(group, person, 'archived')
    if (name.startsWith('Olivia')) await world.setStakeholder(group, person)
    const status = name.includes('archived') ? 'archived' : name.includes('invited') ? 'invited' : 'active'
    if (name.startsWith('Olivia') || /(?<!not )involved$|archived|invited/.test(name))
      await world.setStakeholder(client, person, status)
  }
  for (const [name, person] of Object.entries({ ...people, ...clients }))
    who[name] = await world.signIn(person)
})

const WORDS: Record<string, Level> = Object.fromEntries(
  ['Just me', 'My branch', 'My company', 'Me + my client', 'My company + my client', 'Everybody'].map(
    (word, i) => [word, LEVELS[i] as Level],
  ),
)

const as = (name: string): Browser => who[name] ?? assert.fail(`nobody is called ${name}`)
const isClient = (name: string) => /client|member/.test(name) && !name.includes('company')

/** Tries everything with an item and names what one may do, as the table does. */
async function outcome(name: string, item: Item, spaceId: string): Promise<string> {
  const me = as(name)
  const client = isClient(name)
  const attempt = async (act: () => Promise<unknown>): Promise<string> => {
    try {
      await act()
      return 'yes'
    } catch (error) {
      if (error instanceof Problem) return error.code
      throw error
    }
  }
  const ids = [item.id]
  const tries: Record<string, string> = {
    read: await attempt(() => me.api.files.readItem({ itemId: item.id })),
    rename: await attempt(() => me.api.files.renameItem({ itemId: item.id, name: item.name })),
    move: await attempt(() => me.api.files.moveItems({ ids, folderId: null })),
    foresee: await attempt(() => me.api.files.foresee({ ids, change: { kind: 'delete' } })),
  }
  const listed = await attempt(async () => {
    const { items } = await me.api.files.listItems(client ? {} : { spaceId })
    if (!items.some(({ id }) => id === item.id)) throw new Problem('not_found')
  })
  if (item.kind === 'file') {
    tries.change = client
      ? await attempt(() => me.api.files.changeAudience({ ids, audience: null }))
      : await attempt(() => me.api.files.changeLevel({ ids, level: item.level ?? 'me' }))
    const bytes = await me.fetch(`/api/items/${item.id}/content`)
    await bytes.body?.cancel()
    assert.equal(bytes.status, tries.read === 'yes' ? 200 : 404, `${name}: bytes and facts follow one rule`)
  } else {
    tries.inside = await attempt(async () => {
      const added = client
        ? await me.upload('x', { parentId: item.id })
        : await me.api.files.createFolder({ spaceId, parentId: item.id, name: 'Inside' })
      await me.api.files.deleteItems({ ids: [added.id] })
    })
  }
  tries.delete = await attempt(async () =>
    me.api.files.undoDeletion({ deletionId: (await me.api.files.deleteItems({ ids })).deletionId }),
  )
  assert.equal(listed, tries.read, `${name}: the list and the single check follow one rule`)
  const { read, foresee, ...verbs } = tries
  assert.equal(foresee === 'yes', verbs.delete === 'yes', `${name}: who may delete is told what that does`)
  if (read === 'not_found' && Object.values(tries).every((code) => code === 'not_found')) return '–'
  const may = Object.keys(verbs).filter((verb) => verbs[verb] === 'yes')
  const refused = Object.values(verbs).filter((code) => code !== 'yes')
  const known = refused.every((code) => ['forbidden', 'read_only', 'folder_holds_others'].includes(code))
  if (read === 'yes' && known) {
    if (refused.length === 0) return 'own'
    if (verbs.delete === 'folder_holds_others' && refused.length === 1) return 'keep'
    if (may.length === 0) return 'see'
    if (may.join() === 'inside') return 'add'
  }
  return JSON.stringify(tries)
}

/** Asks every row of a table about what `make` makes for each column. */
async function check(table: string, make: (column: string) => Promise<Item>, spaceId: string) {
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const [head = [], ...body] = rows
  for (const [i, column] of head.entries()) {
    if (i === 0) continue
    const item = await make(column)
    for (const [name = '', ...cells] of body)
      assert.equal(await outcome(name, item, spaceId), cells[i - 1], `${name} × ${column}`)
  }
}

const addFile = (spaceId: string, level: Level, parentId?: string) =>
  as('Olivia, who added it').upload('x', { spaceId, level, ...(parentId && { parentId }) })

test('a professional’s file in a client’s record', () =>
  check(FILE, (level) => addFile(record.spaceId, WORDS[level] as Level), record.spaceId))

test('a file that the client added', async () => {
  const choose = async (column: string) => (column === 'for all' ? null : [olivia.id])
  // Choosing again is one of the verbs that are tried; each column's file is read by all before that changes it.
  await check(
    CLIENT_FILE,
    async (column) => {
      const audience = await choose(column)
      return as('the client').upload('x', audience ? { audience } : {})
    },
    record.spaceId,
  )
})

test('a folder, by what lies inside it', async () => {
  const inside: Record<string, (folder: string) => Promise<unknown>> = {
    nothing: async () => {},
    'a file for me': (folder) => addFile(record.spaceId, 'me', folder),
    'a file for my branch': (folder) => addFile(record.spaceId, 'branch', folder),
    'a file for me + my client': (folder) => addFile(record.spaceId, 'me_client', folder),
    'a file for everybody': (folder) => addFile(record.spaceId, 'everybody', folder),
    "a client's file for Olivia": async (folder) => {
      const opening = await addFile(record.spaceId, 'me_client', folder)
      await as('the client').upload('x', { parentId: folder, audience: [olivia.id] })
      await as('Olivia, who added it').api.files.deleteItems({ ids: [opening.id] })
    },
  }
  await check(
    FOLDER,
    async (column) => {
      const folder = await as('Olivia, who added it').api.files.createFolder({
        spaceId: record.spaceId,
        parentId: null,
        name: column,
      })
      await (inside[column] ?? assert.fail(column))(folder.id)
      return folder as Item
    },
    record.spaceId,
  )
})

test('a file in a group', () =>
  check(GROUP_FILE, (level) => addFile(group.spaceId, WORDS[level] as Level), group.spaceId))
