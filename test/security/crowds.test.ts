import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { sql } from 'kysely'
import { answerHealth, shareChecks } from '../../server/http/health.ts'
import { createWorld } from '../world.ts'

test('strangers whose bodies never come hold up each other only', async (t) => {
  const world = await createWorld(t)
  const client = await world.addClient(await world.addCompany())
  const { port } = new URL(world.origin)
  const head =
    'POST /api/auth/sign-in/email HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'
  const { promise: manyGaveWay, resolve } = Promise.withResolvers<void>()
  let answers = 0
  for (let i = 0; i < 600; i++) {
    const socket = connect(Number(port), '127.0.0.1')
    t.after(() => void socket.destroy())
    socket.on('error', () => {}).write(head)
    socket.once('data', (answer) => {
      assert.match(String(answer), /^HTTP\/1\.1 503 /)
      if (++answers === 400) resolve()
    })
  }
  await manyGaveWay
  assert.equal((await world.visitor().fetch('/healthz')).status, 200)
  assert.ok(await world.signIn(client))
})

test('many who ask for its health at once cost one check', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const checks = shareChecks({
    blobs: () => {
      asked++
      return promise
    },
  })
  const answers = Array.from({ length: 20 }, () => answerHealth(checks))
  resolve()
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200)
  assert.equal(asked, 1)
  assert.equal((await answerHealth(checks)).status, 200)
  assert.equal(asked, 2)
})

test('a search of many words costs little more than one of one, and wide wildcards are letters', async (t) => {
  const world = await createWorld(t)
  const phone = await world.signIn(await world.addClient(await world.addCompany()))
  const name = 'abcdefghij 100% klmnopqrst ～＿'
  const { id } = await phone.upload('x', { name })
  const find = async (search: string) =>
    (await phone.api.files.listItems({ search })).items.map(({ id }) => id)
  assert.deepEqual(await find(' t s r  q p o n m l k j i h g f e d c b a A Á  100% '), [id])
  assert.deepEqual(await find('a z'), [])
  assert.deepEqual(await find('100％'), [id])
  assert.deepEqual(await find('a％b'), [])
  assert.deepEqual(await find('a\\ b'), [])

  // Folding is what costs: it is counted, not timed.
  await sql`create sequence folds`.execute(world.db)
  await sql`create or replace function folded(text) returns text language plpgsql immutable strict as $$
    begin
      if $1 like '%klmnopqrst%' then perform nextval('folds'); end if;
      return lower(public.unaccent('public.unaccent'::regdictionary, $1));
    end $$`.execute(world.db)
  assert.deepEqual(await find([...'abcdefghijklmnopqrst'].join(' ')), [id])
  const { rows } = await sql<{ n: number }>`select last_value as n from folds`.execute(world.db)
  assert.ok((rows[0]?.n ?? 0) <= 2, `${rows[0]?.n} times folded`)
})
