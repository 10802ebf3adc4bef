import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem, UNKNOWN } from '../world.ts'

const forge = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')

test('a cursor that we didn’t write and text that no database holds are bad requests', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const professional = await world.signIn(await world.addProfessional(company, 'super_admin'))
  const phone = await world.signIn(client)

  const items: [string, ...unknown[]][] = [
    ['name', 'file', 'a\0', UNKNOWN],
    ['name', 'file', 'a', '-'.repeat(36)],
    ['name', 'file', 'a', [UNKNOWN]],
    ['size', 'file', '9'.repeat(40), UNKNOWN],
    ['size', 'file', '', UNKNOWN],
    ['added', 'file', 'then', UNKNOWN],
    ['added', 'file', '2026-02-30 10:00:00+00', UNKNOWN],
  ]
  for (const parts of items)
    await assert.rejects(
      phone.api.files.listItems({ sort: parts[0] as 'name', cursor: forge(...parts) }),
      problem('bad_request'),
      JSON.stringify(parts),
    )
  const look = {
    spaceId: client.spaceId,
    sort: 'visibility',
    cursor: forge('visibility', 'file', 'x', UNKNOWN),
  } as const
  await assert.rejects(professional.api.files.listItems(look), problem('bad_request'))
  for (const parts of [
    ['name', '\0', UNKNOWN],
    ['since', '1', UNKNOWN],
    ['since', '2026-01-01', '-'.repeat(36)],
  ])
    await assert.rejects(
      professional.api.people.listContacts({ sort: parts[0] as 'name', cursor: forge(...parts) }),
      problem('bad_request'),
      JSON.stringify(parts),
    )
  await assert.rejects(phone.api.files.listItems({ search: 'a\0' }), problem('bad_request'))
  await assert.rejects(professional.api.people.listContacts({ search: '\0' }), problem('bad_request'))
  await assert.rejects(world.signIn({ email: 'a\0@carnet.test' }), problem('bad_request'))
})
