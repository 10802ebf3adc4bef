import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Upload } from 'tus-js-client'
import { until } from '../process.ts'
import { encodeMetadata, problem } from '../world.ts'
import { startAppProcess } from './app-process.ts'
import {
  AS_GIVEN,
  begin,
  countItems,
  countStaged,
  create,
  download,
  enter,
  hang,
  head,
  patch,
  refused,
  sha256,
  TUS,
} from './tus.ts'

test('who was chosen, or the branch, may leave while the file is coming: it is kept as it was meant', async (t) => {
  const { world, company, olivia, client } = await enter(t)
  const other = await world.addProfessional(company)
  await world.setStakeholder(client, other)
  const itself = await world.signIn(client)
  const path = await begin(itself, 4, { audience: other.id })
  const fromOlivia = await world.signIn(olivia)
  const branch = await begin(fromOlivia, 4, { spaceId: client.spaceId, level: 'branch' })
  await world.setStakeholder(client, other, 'archived')
  await world.db.deleteFrom('professional_branch').where('professional_id', '=', olivia.id).execute()
  assert.equal((await patch(itself, path, 0, 'abcd')).status, 204)
  assert.equal((await patch(fromOlivia, branch, 0, 'abcd')).status, 204)
  const [mine] = (await itself.api.files.listItems({})).items
  const seen = (await fromOlivia.api.files.listItems({ spaceId: client.spaceId })).items
  assert.deepEqual([mine?.audience, seen.map(({ level }) => level)], ['chosen', ['branch']])
})

test('a client of tus uploads, is cut off, and goes on where it was', async (t) => {
  const { browser, spaceId } = await enter(t)
  const bytes = randomBytes(3_000_000)
  const metadata = { filename: 'Été 😀.pdf', spaceId, level: 'everybody' }
  const options = {
    endpoint: `${browser.origin}/api/uploads`,
    headers: { Cookie: browser.cookie },
    metadata,
    chunkSize: 1_000_000,
    retryDelays: null,
  }
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(bytes, {
      ...options,
      onError: reject,
      onChunkComplete: async (_size, accepted) => {
        if (accepted < 1_000_000) return
        await upload.abort()
        resolve(upload.url ?? '')
      },
    })
    upload.start()
  })
  const cut = await head(browser, new URL(url).pathname)
  assert.ok(cut.offset >= 1_000_000 && cut.offset < 3_000_000)
  assert.equal(cut.item, null)

  const sent: number[] = []
  const item = await new Promise<string | undefined>((resolve, reject) => {
    new Upload(bytes, {
      ...options,
      uploadUrl: url,
      onError: reject,
      onProgress: (done) => sent.push(done),
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Carnet-Item')),
    }).start()
  })
  assert.ok((sent[0] ?? 0) >= cut.offset, 'what had arrived is not sent again')
  const found = await browser.api.files.readItem({ itemId: item ?? '' })
  assert.deepEqual([found.name, found.size, found.level], ['Été 😀.pdf', 3_000_000, 'everybody'])
  assert.equal(sha256(await download(browser, found.id)), sha256(bytes))
})

test('nothing is begun that could not end well', async (t) => {
  const { world, company, browser, spaceId, client } = await enter(t)
  const reader = await world.addProfessional(company, 'read_only')
  await world.setStakeholder(client, reader)
  const other = await world.addClient(company)
  const itself = await world.signIn(client)
  const filename = 'x'
  await refused(create(browser, 0, { filename, spaceId }), 'empty_file')
  await refused(create(browser, 5 * 1024 ** 3 + 1, { filename, spaceId }), 'too_large')
  await refused(create(browser, 1, { filename: '', spaceId }), 'name_empty')
  await refused(create(browser, 1, { filename: '../../x', spaceId }), 'name_characters')
  await refused(create(browser, 1, { filename: 'x'.repeat(300), spaceId }), 'name_too_long')
  await refused(create(browser, 1, { spaceId }), 'bad_request')
  await refused(create(browser, 1, { filename, spaceId, level: 'all' }), 'bad_request')
  for (const field of ['ownerId', 'companyId', 'size', 'type', 'filetype', 'key', 'protected']) {
    await refused(create(browser, 1, { filename, spaceId, [field]: 'x' }), 'unknown_field')
  }
  await refused(create(browser, 1, { filename, spaceId: other.spaceId }), 'not_found')
  await refused(create(browser, 1, { filename, spaceId, parentId: randomUUID() }), 'not_found')
  await refused(create(await world.signIn(reader), 1, { filename, spaceId }), 'read_only')
  await refused(create(itself, 1, { filename, level: 'me' }), 'bad_request')
  await refused(create(itself, 1, { filename, audience: randomUUID() }), 'not_involved')
  await refused(create(itself, 1, { filename, audience: 'x' }), 'bad_request')
  for (const more of [{}, { 'Upload-Metadata': `filename /w==,${encodeMetadata({ spaceId })}` }]) {
    const headers = { ...TUS, 'Upload-Length': '1', ...more }
    await refused(browser.fetch('/api/uploads', { method: 'POST', headers }), 'bad_request')
  }
  await refused(browser.fetch('/api/uploads', { method: 'POST' }), 'bad_request')
  assert.equal((await world.db.selectFrom('upload').select('id').execute()).length, 0)

  const about = await browser.fetch('/api/uploads', { method: 'OPTIONS' })
  assert.equal(about.headers.get('Tus-Max-Size'), String(5 * 1024 ** 3))
  assert.equal(
    about.headers.get('Tus-Extension'),
    'creation,creation-with-upload,termination,expiration,checksum',
  )
})

test('a client adds to their own files, for all their professionals or for some', async (t) => {
  const { world, browser, olivia, client } = await enter(t)
  const itself = await world.signIn(client)
  const photo = await itself.upload('photo', { audience: [olivia.id] })
  assert.deepEqual([photo.audience, photo.level, photo.owner?.you], ['chosen', null, true])
  assert.equal((await download(browser, photo.id)).toString(), 'photo')
})

test('an upload is seen, continued and given up by nobody else', async (t) => {
  const { world, company, client, browser, spaceId } = await enter(t)
  const path = await begin(browser, 4, { spaceId, level: 'everybody' })
  const colleague = await world.addProfessional(company, 'super_admin')
  for (const other of [await world.signIn(colleague), await world.signIn(client)]) {
    assert.equal((await head(other, path)).status, 404)
    await refused(patch(other, path, 0, 'evil'), 'not_found')
    await refused(other.fetch(path, { method: 'DELETE', headers: TUS }), 'not_found')
  }
  assert.equal((await patch(browser, path, 0, 'good')).status, 204)
})

test('bytes go on exactly where they ended', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 6, { spaceId })
  assert.equal((await patch(browser, path, 0, 'abc')).headers.get('Upload-Offset'), '3')
  await refused(patch(browser, path, 0, 'abc'), 'upload_changed')
  await refused(patch(browser, path, 4, 'ef'), 'upload_changed')
  await refused(patch(browser, path, 3, 'defg'), 'too_large')
  assert.deepEqual(await head(browser, path), { status: 200, offset: 3, item: null })
  assert.equal(await countItems(world), 0)
  const last = await patch(browser, path, 3, 'def')
  const item = last.headers.get('Carnet-Item')
  assert.equal((await download(browser, item)).toString(), 'abcdef')
  assert.deepEqual(await head(browser, path), { status: 200, offset: 6, item })
  assert.equal((await patch(browser, path, 6, '')).headers.get('Carnet-Item'), item, 'asked once more')
  assert.equal(await countItems(world), 1)
})

test('of a connection that breaks, what arrived counts and is durable', async (t) => {
  const { world, browser, spaceId } = await enter(t, AS_GIVEN)
  const bytes = randomBytes(2_000_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const sending = await hang(world, browser, path, 0, bytes.subarray(0, 1_500_000), bytes.length)
  sending.leave()
  await until(
    'the bytes are recorded',
    async () => (await world.db.selectFrom('upload').select('bytes').executeTakeFirst())?.bytes !== 0,
  )
  const { offset } = await head(browser, path)
  assert.equal(offset, 1_500_000)
  const { headers } = await patch(browser, path, offset, bytes.subarray(offset))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
})

test('of a connection that breaks, a part of what was being sealed counts, and the file is whole', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const bytes = randomBytes(2_000_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const sending = await hang(world, browser, path, 0, bytes.subarray(0, 1_500_000), bytes.length)
  sending.leave()
  const row = () => world.db.selectFrom('upload').select(['bytes', 'held_by']).executeTakeFirstOrThrow()
  await until('it is let go', async () => (await row()).held_by === null)
  const { offset } = await head(browser, path)
  assert.equal(offset, (await row()).bytes)
  const { headers } = await patch(browser, path, offset, bytes.subarray(offset))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
})

test('in small steps, none of which fills a sealed piece, by two servers in turn', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const bytes = randomBytes(200_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const servers = [browser, browser.at((await world.serve()).origin)]
  let item: string | null = null
  for (let at = 0, step = 0; at < bytes.length; step++) {
    const piece = bytes.subarray(at, at + 30_011)
    const answer = await patch(servers[step % 2] ?? browser, path, at, piece)
    at += piece.length
    assert.equal(answer.headers.get('Upload-Offset'), String(at))
    item = answer.headers.get('Carnet-Item')
  }
  assert.equal(sha256(await download(browser, item)), sha256(bytes))
})

test('whoever comes back on another connection goes on at once, at any server', async (t) => {
  const { world, browser, spaceId } = await enter(t, AS_GIVEN)
  const bytes = randomBytes(300_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const another = browser.at((await world.serve()).origin)

  const first = await hang(world, browser, path, 0, bytes.subarray(0, 100_000), bytes.length)
  const here = await head(browser, path)
  assert.deepEqual(here, { status: 200, offset: 100_000, item: null })
  assert.deepEqual(await first.answer, { status: 204 })

  const second = await hang(world, browser, path, 100_000, bytes.subarray(100_000, 200_000), bytes.length)
  const there = await head(another, path)
  assert.equal(there.offset, 200_000)
  assert.deepEqual(await second.answer, { status: 204 })

  const { headers } = await patch(another, path, 200_000, bytes.subarray(200_000))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
})

test('after kill -9 an upload goes on from what is on the disk', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const bytes = randomBytes(80_000_000)
  const server = await startAppProcess(t, world)
  const path = await begin(browser, bytes.length, { spaceId })
  await hang(world, browser.at(server.origin), path, 0, bytes.subarray(0, 70_000_000), bytes.length)
  const recorded = async () =>
    (await world.db.selectFrom('upload').select('bytes').executeTakeFirst())?.bytes ?? 0
  await until('a piece is durable', async () => (await recorded()) > 0)
  await server.kill()
  // A lease runs out by itself; a dead process's is taken over sooner by who asks.
  await world.db
    .updateTable('upload')
    .set({ held_until: new Date(Date.now() + 500) })
    .execute()

  const { offset } = await head(browser, path)
  assert.equal(offset, await recorded())
  assert.ok(offset >= 32_000_000)
  const { headers } = await patch(browser, path, offset, bytes.subarray(offset))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
  assert.equal(await countItems(world), 1)
})

test('access that ends stops an upload, between two requests and in the middle of one', async (t) => {
  const { world, browser, spaceId, client, olivia } = await enter(t)
  const path = await begin(browser, 10, { spaceId })
  const sending = await hang(world, browser, path, 0, Buffer.from('abcd'), 10)
  await world.setStakeholder(client, olivia, 'archived')
  const { status, code } = await sending.answer
  assert.deepEqual([status, code], [404, 'not_found'])
  assert.equal((await head(browser, path)).status, 404)
  await refused(patch(browser, path, 4, 'efghij'), 'not_found')

  await world.setStakeholder(client, olivia)
  const again = await head(browser, path)
  assert.equal(again.status, 200)
  await world.db
    .updateTable('professional')
    .set({ profile: 'read_only' })
    .where('id', '=', olivia.id)
    .execute()
  await refused(patch(browser, path, again.offset, 'abcdefghij'.slice(again.offset)), 'read_only')
  await world.db.deleteFrom('session').execute()
  await refused(patch(browser, path, again.offset, 'abcdefghij'.slice(again.offset)), 'not_signed_in')
  assert.equal(await countItems(world), 0)
})

test('a folder that is deleted meanwhile loses nothing: the file stands at the root', async (t) => {
  const { browser, spaceId } = await enter(t)
  const folder = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  const path = await begin(browser, 2, { spaceId, parentId: folder.id })
  await patch(browser, path, 0, 'a')
  await browser.api.files.deleteItems({ ids: [folder.id] })
  const { headers } = await patch(browser, path, 1, 'b')
  const item = await browser.api.files.readItem({ itemId: headers.get('Carnet-Item') ?? '' })
  assert.equal(item.parentId, null)
  assert.equal(headers.get('Carnet-Folder'), 'root')
})

test('a file whose row could not be written is made when asked again, once', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 3, { spaceId })
  await world.db.schema.alterTable('blob').renameTo('elsewhere').execute()
  await refused(patch(browser, path, 0, 'abc'), 'internal')
  await world.db.schema.alterTable('elsewhere').renameTo('blob').execute()
  assert.equal(await countItems(world), 0)
  const [one, two] = await Promise.all([head(browser, path), head(browser, path)])
  assert.equal(one.offset, 3)
  assert.ok(one.item)
  assert.equal(two.item, one.item)
  assert.equal(await countItems(world), 1)
  assert.equal((await download(browser, one.item)).toString(), 'abc')
})

test('an upload that its maker gives up leaves nothing', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 3, { spaceId })
  await patch(browser, path, 0, 'ab')
  assert.equal((await browser.fetch(path, { method: 'DELETE', headers: TUS })).status, 204)
  assert.equal((await head(browser, path)).status, 404)
  assert.equal(await countStaged(world), 0)
  assert.equal((await world.db.selectFrom('upload').select('id').execute()).length, 0)
})

test('an upload that nobody goes on with is given up; a complete one is merely forgotten', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 3, { spaceId })
  await patch(browser, path, 0, 'ab')
  const item = await browser.upload('done', { spaceId })
  const { services, db } = world
  const expire = async () => {
    await services.jobs.add(db, 'expire-uploads', {})
    await world.runJobs()
  }
  await expire()
  assert.equal((await head(browser, path)).offset, 2)
  world.pass({ days: 7 })
  assert.equal((await head(browser, path)).status, 404)
  await expire()
  assert.equal(await countStaged(world), 0)
  assert.equal((await db.selectFrom('upload').select('id').execute()).length, 0)
  assert.equal((await download(browser, item.id)).toString(), 'done')
})

test('a full disk is said clearly, and what was acknowledged stays', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const { origin } = await startAppProcess(t, world, { maxFile: 1000 })
  const limited = browser.at(origin)
  const bytes = randomBytes(1_500_000)
  const path = await begin(limited, bytes.length, { spaceId })
  assert.equal((await patch(limited, path, 0, bytes.subarray(0, 500_000))).status, 204)
  await refused(patch(limited, path, 500_000, bytes.subarray(500_000)), 'disk_full')
  assert.equal((await head(limited, path)).offset, 500_000)
  const { headers } = await patch(browser, path, 500_000, bytes.subarray(500_000))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
})

test('an upload whose bytes were lost starts again', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 70_000, { spaceId })
  await patch(browser, path, 0, randomBytes(69_000))
  const { staging } = await world.db.selectFrom('upload').select('staging').executeTakeFirstOrThrow()
  await world.services.blobs.discard(staging)
  await refused(patch(browser, path, 69_000, randomBytes(1000)), 'not_found')
  assert.equal((await head(browser, path)).status, 404)
  await assert.rejects(browser.upload('', { spaceId }), problem('empty_file'))
})
