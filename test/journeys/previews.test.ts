import assert from 'node:assert/strict'
import type { Page, Request, Route } from '@playwright/test'
import { sql } from 'kysely'
import sharp from 'sharp'
import { expect } from '../browser.ts'
import { createWorld } from '../world.ts'
import { openClient } from './files-page.ts'
import { journey } from './journey.ts'

const PHOTOS = 500
const PREVIEWS = /\/api\/items\/[^/]+\/preview\//
const THUMB = /\/api\/items\/([^/]+)\/preview\/thumb$/

/** A client with many photos, of which none has a preview yet. */
async function setScene(t: Parameters<typeof createWorld>[0], count: number) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Clinique du Parc' })
  const elise = await world.addProfessional(company, 'employee', { name: 'Élise Gagnon' })
  const camille = await world.addClient(company, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const { api, upload } = await world.signIn(elise)
  const photo = sharp({ create: { width: 90, height: 60, channels: 3, background: '#b5651d' } })
  const { spaceId } = camille
  const { id } = await upload(await photo.jpeg().toBuffer(), { name: 'photo 1', spaceId, level: 'me_client' })
  // Of the same bytes: as many uploads would take a minute.
  await sql`insert into item (space_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id,
      created_at, changed_at)
    select space_id, kind, 'photo ' || n, owner_professional_id, company_id, branch_id, level, blob_id,
      created_at - make_interval(secs => n), changed_at
    from item, generate_series(2, ${sql.lit(count)}) n where id = ${id}`.execute(world.db)
  const { rows } = await sql<{ id: string; name: string }>`select id, name from item`.execute(world.db)
  return { world, api, elise, camille, names: new Map(rows.map(({ id, name }) => [id, name])) }
}

/** Holds every request for a thumbnail until `release`; tells which were asked for and which were let go again. */
async function holdThumbs(page: Page, names: Map<string, string>) {
  const asked: string[] = []
  const letGo: string[] = []
  const held = new Set<Route>()
  let holding = true
  const nameOf = (request: Request) => names.get(THUMB.exec(request.url())?.[1] ?? '') ?? ''
  page.on('requestfailed', (request) => THUMB.test(request.url()) && letGo.push(nameOf(request)))
  await page.route(THUMB, async (route) => {
    asked.push(nameOf(route.request()))
    if (holding) held.add(route)
    else await route.continue()
  })
  return {
    asked,
    letGo,
    async release() {
      holding = false
      // Those let go are no more.
      await Promise.allSettled([...held].map((route) => route.continue()))
    },
  }
}

for (const phone of [false, true]) {
  journey(
    `of many photos those in sight come first, and those scrolled away are let go, ${phone ? 'for the client' : 'for a professional'}`,
    async ({ t, enter }) => {
      const { world, elise, camille, names } = await setScene(t, PHOTOS)
      const page = await enter(world, phone ? camille : elise, { phone })
      if (!phone) await openClient(page, 'Camille Dubois')
      const address = page.url()
      await page.goto('about:blank')
      const { asked, letGo, release } = await holdThumbs(page, names)
      await page.goto(address)
      // What a client's newest files show twice may be fetched once.
      await expect.poll(() => asked.length).toBeGreaterThanOrEqual(phone ? 3 : 5)
      assert.ok(asked.length <= 5, `${asked}`)
      const first = [...asked]
      const last = page.getByText(`photo ${PHOTOS}`, { exact: true })
      await expect(async () => {
        await page.mouse.wheel(0, 20_000)
        await expect(last).toBeInViewport({ timeout: 300 })
      }).toPass({ timeout: 60_000 })
      await expect.poll(() => letGo).toEqual(expect.arrayContaining(first))
      // At rest, what is held are pictures in sight: five of the last ones.
      const held = () =>
        asked.filter((name) => !letGo.includes(name)).map((name) => Number(name.slice(6)) > PHOTOS - 40)
      await expect.poll(held).toEqual([true, true, true, true, true])
      const before = asked.length
      await release()
      await expect(page.locator('img[src*="/preview/thumb"]').last()).toHaveJSProperty('complete', true)
      await expect.poll(() => asked.length).toBeGreaterThan(before)
      assert.ok(asked.length < 120, `${asked.length} asked for`)
    },
  )
}

for (const phone of [false, true]) {
  journey(
    `what failed for want of a network comes once there is one again, ${phone ? 'for the client' : 'for a professional'}`,
    async ({ t, enter }) => {
      const { world, elise, camille } = await setScene(t, 1)
      const page = await enter(world, phone ? camille : elise, {
        phone,
        allowed: [/ERR_FAILED|ERR_INTERNET/],
      })
      if (!phone) await openClient(page, 'Camille Dubois')
      const away = (route: Route) => route.abort()
      await page.route(PREVIEWS, away)
      const failed = page.waitForEvent('requestfailed', (request) => THUMB.test(request.url()))
      await page.reload()
      const thumb = page.locator('img[src*="/preview/thumb"]')
      await expect(page.getByText('photo 1', { exact: true }).first()).toBeVisible()
      await failed
      await expect(thumb).toHaveCount(0)
      await page.unroute(PREVIEWS, away)
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await expect(thumb.first()).toHaveJSProperty('complete', true)

      await page.route(PREVIEWS, away)
      await page.getByText('photo 1', { exact: true }).first().click()
      const viewer = page.getByRole('dialog', { name: 'photo 1' })
      const again = viewer.getByRole('button', { name: 'Try again' })
      await expect(again).toBeVisible()
      await page.unroute(PREVIEWS, away)
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await expect(again).toHaveCount(0)
      await expect(viewer.getByRole('img', { name: 'photo 1' })).toHaveJSProperty('complete', true)
    },
  )
}
