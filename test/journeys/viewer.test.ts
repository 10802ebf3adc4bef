import assert from 'node:assert/strict'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { filmSquats } from '../../server/demo/video.ts'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { openClient, openItem, row } from './files-page.ts'
import { journey, type Stage } from './journey.ts'
import { lockedPdf, mixedPdf, scannedPdf } from './odd-pdfs.ts'

const LINE = 'Ten times, twice a day.\n'
const WHITE = 'rgb(255, 255, 255)'
const WHOLE_LOG = 600_000

/** Files of every kind, named in the order of the list. */
async function setScene(t: Stage['t']) {
  const world = await createWorld(t)
  const parc = await world.addCompany({ name: 'Clinique du Parc' })
  const elise = await world.addProfessional(parc, 'employee', { name: 'Élise Gagnon' })
  const camille = await world.addClient(parc, { name: 'Camille Dubois' })
  await world.setStakeholder(camille, elise)
  const { api, upload } = await world.signIn(elise)
  const photo = sharp({ create: { width: 1200, height: 1600, channels: 4, background: '#7a98' } })
  const files: [string, Buffer | string][] = [
    ['1 scan.pdf', scannedPdf()],
    ['2 photo.png', await photo.png().toBuffer()],
    ['3 log.txt', LINE.repeat(WHOLE_LOG / LINE.length)],
    ['4 locked.pdf', lockedPdf()],
    ['5 broken.pdf', '%PDF-1.7\nand then the disk was full'],
    ['6 plan.bin', Buffer.from([0, 1, 2, 3, 0xfe, 0xff])],
    ['7 film.mp4', Buffer.from([0, 1, 2, 3, 0xfe, 0xff])],
    ['8 mixed.pdf', mixedPdf()],
  ]
  const { spaceId } = camille
  for (const [name, bytes] of files) await upload(bytes, { name, spaceId, level: 'me_client' })
  return { world, api, upload, elise, camille }
}

function opened(page: Page, name: string): Locator {
  return page.getByRole('dialog', { name, exact: true })
}

async function expectDownload(page: Page, from: Locator, name: string): Promise<void> {
  const download = page.waitForEvent('download')
  await from.getByRole('button', { name: 'Download' }).last().click()
  assert.equal((await download).suggestedFilename(), name)
}

journey('each kind of file is shown in place, or says why not and is downloaded', async ({ t, enter }) => {
  const { world, upload, elise, camille } = await setScene(t)
  const torn = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])
  await upload(torn, { name: '6 torn.jpg', spaceId: camille.spaceId, level: 'me_client' })
  const page = await enter(world, elise, { allowed: [/status of 404 .*\/preview\/view\)/] })
  await openClient(page, 'Camille Dubois')
  await openItem(page, '1 scan.pdf')

  const scan = opened(page, '1 scan.pdf')
  const first = scan.getByRole('group', { name: 'Page 1' })
  await expect(first.getByText('Referred by telefax')).toBeAttached()
  await expect
    .poll(() => first.locator('canvas').evaluate(pixelAt, [0.25, 0.25]), 'the scan is drawn')
    .toEqual([0, 0, 0, 255])
  assert.deepEqual(await first.locator('canvas').evaluate(pixelAt, [0.75, 0.25]), [255, 255, 255, 255])
  await expect(first.getByRole('link', { name: 'https://clinic.example/' })).toHaveAttribute(
    'rel',
    /noreferrer/,
  )
  await expect(scan.getByText('Page 1 of 2')).toBeAttached()
  await first.getByRole('button', { name: 'Link within this file' }).click()
  await expect(scan.getByText('Page 2 of 2')).toBeAttached()
  await expect(scan.getByText('On its side')).toBeInViewport()
  await expectNoAxeViolations(page)

  await page.keyboard.press('ArrowRight')
  const photo = opened(page, '2 photo.png')
  await expect(photo.getByText('2 of 9', { exact: true })).toBeAttached()
  const picture = photo.getByRole('img', { name: '2 photo.png' })
  await expect(picture).toBeVisible()
  await expect(picture.locator('..'), 'paper is behind what is clear').toHaveCSS('background-color', WHITE)
  await expect(photo.getByRole('button', { name: '100%: back to 100%' })).toBeVisible()
  const fits = await widthOf(picture)
  await photo.getByRole('button', { name: 'Zoom in' }).click()
  await expect.poll(() => widthOf(picture)).toBeCloseTo(fits * 1.25, 0)
  await page.keyboard.press('0')
  await expect.poll(() => widthOf(picture)).toBeCloseTo(fits, 0)
  await picture.dblclick()
  await expect.poll(() => widthOf(picture)).toBeCloseTo(fits * 2.5, 0)
  await expectNoAxeViolations(page)

  await photo.getByRole('button', { name: 'Next file' }).click()
  const log = opened(page, '3 log.txt')
  await expect(log.locator('pre')).toContainText(LINE.trim())
  assert.equal((await log.locator('pre').textContent())?.length, 512_000)
  await expect(log.getByText(/^Shown in part: the first 512 kB/)).toBeAttached()

  for (const [name, why] of [
    ['4 locked.pdf', /protected by a password/],
    ['5 broken.pdf', /is damaged/],
    ['6 plan.bin', /kind of file can’t be shown/],
    ['6 torn.jpg', /^No preview: this file is damaged/],
    ['7 film.mp4', /damaged or incomplete/],
  ] as const) {
    await page.keyboard.press('ArrowRight')
    await expect(opened(page, name).getByText(why)).toBeVisible()
    await expect(opened(page, name).getByRole('button', { name: 'Try again' })).toHaveCount(0)
    await expectDownload(page, opened(page, name), name)
  }
  await page.keyboard.press('ArrowRight')
  await expect(opened(page, '8 mixed.pdf').getByRole('group', { name: 'Page 1', exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Next file' })).toBeDisabled()
})

journey('the viewer holds the focus, gives it back, and is a place in the history', async ({ t, enter }) => {
  const { world, elise } = await setScene(t)
  const page = await enter(world, elise)
  await openClient(page, 'Camille Dubois')
  const link = row(page, '6 plan.bin').getByRole('link')
  await link.focus()
  await page.keyboard.press('Enter')
  const viewer = opened(page, '6 plan.bin')
  await expect(viewer).toBeFocused()
  await viewer.getByRole('button', { name: 'Actions' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(viewer).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(viewer).toHaveCount(0)
  await expect(link).toBeFocused()

  // In a window too low for all, the list goes on from the file seen last.
  await page.setViewportSize({ width: 1440, height: 480 })
  for (const [view, item] of [
    ['list', row(page, '8 mixed.pdf')],
    ['grid', page.getByRole('gridcell').filter({ hasText: '8 mixed.pdf' })],
  ] as const) {
    if (view === 'grid') {
      const { x } = await placeOf(page.getByRole('button', { name: 'Show as a grid' }))
      await page.getByRole('button', { name: 'Show as a grid' }).click()
      const back = await placeOf(page.getByRole('button', { name: 'Show as a list' }))
      assert.equal(back.x, x, 'the way back is under the pointer')
      const plan = page.getByRole('gridcell').filter({ hasText: '6 plan.bin' })
      await expect(plan).toContainText('No preview')
    }
    await page.getByRole('link', { name: '1 scan.pdf' }).click()
    for (const name of [
      '2 photo.png',
      '3 log.txt',
      '4 locked.pdf',
      '5 broken.pdf',
      '6 plan.bin',
      '7 film.mp4',
    ]) {
      await page.keyboard.press('ArrowRight')
      await expect(opened(page, name)).toBeVisible()
    }
    await page.keyboard.press('ArrowRight')
    await expect(opened(page, '8 mixed.pdf')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(item).toBeFocused()
    await expect(item).toBeInViewport({ ratio: 1 })
  }
  await page.getByRole('button', { name: 'Show as a list' }).click()
  await page.setViewportSize({ width: 1440, height: 900 })

  await openItem(page, '3 log.txt')
  await page.keyboard.press('ArrowLeft')
  await expect(opened(page, '2 photo.png')).toBeVisible()
  const address = page.url()
  await page.goBack()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(row(page, '1 scan.pdf')).toBeVisible()

  // The list comes after the viewer, and is as far away.
  const listing = Promise.withResolvers<void>()
  await page.route('**/api/items?*', async (route) => {
    await listing.promise
    await route.continue()
  })
  await page.goto(address)
  await expect(opened(page, '2 photo.png')).toBeVisible()
  listing.resolve()
  await expect(row(page, '1 scan.pdf')).toBeAttached()
  for (let press = 0; press < 3; press += 1) {
    await page.keyboard.press('Shift+Tab')
    const within = await opened(page, '2 photo.png').evaluate(
      (layer) => document.activeElement === document.body || layer.contains(document.activeElement),
    )
    assert.ok(within)
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(row(page, '1 scan.pdf')).toBeVisible()
})

journey(
  'a level that can’t be changed any more says so, and what is gone is not shown',
  async ({ t, enter }) => {
    const { world, api, elise } = await setScene(t)
    const page = await enter(world, elise, { allowed: [/the server responded with a status of 404/] })
    await openClient(page, 'Camille Dubois')
    await openItem(page, '3 log.txt')
    const viewer = opened(page, '3 log.txt')
    await viewer.getByRole('button', { name: /Me \+ my client/ }).click()
    const choice = page.getByRole('dialog', { name: 'Who sees it' })
    await expect(choice.getByRole('radio', { name: /^Me \+ my client/ })).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(choice.getByRole('radio', { name: /^My company \+ my client/ })).toBeChecked()
    await choice.getByRole('radio', { name: /^Just me/ }).check({ force: true })
    await expect(choice.getByText('Your client will lose access: Camille Dubois.')).toBeVisible()
    await expectNoAxeViolations(page)

    const id = new URL(page.url()).searchParams.get('item') ?? ''
    await api.files.deleteItems({ ids: [id] })
    await choice.getByRole('button', { name: 'Confirm' }).click()
    await expect(
      page.getByText('This is not here, or is not shared with you any more.').first(),
    ).toBeVisible()
    await expect(page.locator('pre')).toHaveCount(0)
  },
)

journey('on a phone, a finger goes to the next file and two come nearer', async ({ t, enter }) => {
  const { world, camille } = await setScene(t)
  const page = await enter(world, camille, { phone: true })
  await page.goto(`${world.origin}/files?sort=name`)
  const list = page.getByRole('region', { name: 'Everything' })
  await list.getByRole('button', { name: /^2 photo\.png/ }).click()
  const picture = page.getByRole('img', { name: '2 photo.png' })
  await expect(picture).toBeVisible()
  await expect(page.getByRole('button', { name: 'Zoom in' })).toBeVisible()
  const fits = await widthOf(picture)

  const fingers = await touch(page)
  await fingers.move(
    [
      [150, 300],
      [210, 300],
    ],
    [
      [90, 300],
      [270, 300],
    ],
  )
  await expect.poll(() => widthOf(picture)).toBeCloseTo(fits * 3, -1)
  await fingers.move([[280, 300]], [[80, 300]])
  await expect(opened(page, '2 photo.png')).toBeVisible()
  await picture.dblclick()
  await expect.poll(() => widthOf(picture)).toBeCloseTo(fits, 0)

  await fingers.move([[300, 300]], [[60, 300]])
  await expect(opened(page, '3 log.txt')).toBeVisible()
  await expect(page.getByText('Shared by Élise Gagnon · Today')).toBeVisible()
  const next = page.getByRole('button', { name: 'Next file' })
  await expect(page.locator('pre')).toBeVisible()
  await fingers.move([[180, 600]], [[180, 200]])
  await expect(next, 'nothing lies on what is read').toHaveCSS('opacity', '0')
  await fingers.move([[180, 200]], [[180, 300]])
  await expect(next).toHaveCSS('opacity', '1')
  await fingers.move([[60, 300]], [[300, 300]])
  await expect(opened(page, '2 photo.png')).toBeVisible()
  await expectNoAxeViolations(page)
})

journey(
  'on a phone, PDFs and films are foreseen, each page fits, and what is read stays where it is',
  async ({ t, enter }) => {
    const { world, upload, camille } = await setScene(t)
    await upload(await filmSquats(), { name: '9 squat.mp4', spaceId: camille.spaceId, level: 'me_client' })
    const page = await enter(world, camille, { phone: true })
    const upright = { x: 14, width: 332, height: 498 }
    await world.runJobs()
    const letPdfCome = await holdContents(page)
    await page.goto(`${world.origin}/files?sort=name`)
    await page
      .getByRole('region', { name: 'Everything' })
      .getByRole('button', { name: /^8 mixed\.pdf/ })
      .click()
    const viewer = opened(page, '8 mixed.pdf')
    const small = viewer.locator('img[src$="/preview/thumb"]')
    await expect(viewer.getByRole('status').getByText('Loading…')).toBeVisible()
    assert.deepEqual(await placeOf(small), { ...upright, y: 74 })
    letPdfCome()
    await expect(small).toHaveCount(0)
    await expect(viewer.getByText('Loading…')).toHaveCount(0)
    const sheet = (number: number) => page.getByRole('group', { name: `Page ${number}`, exact: true })
    const onItsSide = { x: 14, width: 332, height: Math.round((332 * 400) / 600) }
    await expect.poll(() => placeOf(sheet(2))).toMatchObject(onItsSide)
    assert.deepEqual(await placeOf(sheet(1)), { ...upright, y: 74 })

    // Those above it are measured once it is near, and are less high than was thought.
    await sheet(1).getByRole('button', { name: 'Link within this file' }).click()
    await expect(sheet(9).locator('canvas')).toBeAttached()
    await expect.poll(() => placeOf(sheet(8))).toMatchObject(onItsSide)
    const top = (await placeOf(page.getByRole('region', { name: '8 mixed.pdf' }))).y
    await expect.poll(() => placeOf(sheet(9))).toEqual({ ...upright, y: top })

    await holdContents(page)
    await page.getByRole('button', { name: 'Next file' }).click()
    const film = page.getByLabel('9 squat.mp4').and(page.locator('video'))
    await expect(film).toHaveAttribute('poster', /\/preview\/thumb$/)
    assert.partialDeepStrictEqual(await placeOf(film), { x: 0, width: 360, height: 203 })

    await page.setViewportSize({ width: 780, height: 360 })
    for (let back = 0; back < 2; back += 1) await page.getByRole('button', { name: 'Previous file' }).click()
    const broken = opened(page, '7 film.mp4')
    await expect(broken.getByText('damaged or incomplete')).toBeInViewport({ ratio: 1 })
    await expect(broken.getByRole('button', { name: 'Download' }).last()).toBeInViewport({ ratio: 1 })
  },
)

/** Files of which nothing comes, as on a slow line, until the answer is called. */
async function holdContents(page: Page): Promise<() => void> {
  const held = Promise.withResolvers<void>()
  await page.route('**/content?inline', async (route) => {
    await held.promise
    await route.continue()
  })
  return held.resolve
}

/** The colour of a canvas at a place given as parts of its width and height. */
function pixelAt(canvas: SVGElement | HTMLElement, [x = 0, y = 0]: number[]): number[] {
  if (!(canvas instanceof HTMLCanvasElement)) return []
  const context = canvas.getContext('2d')
  return [...(context?.getImageData(canvas.width * x, canvas.height * y, 1, 1).data ?? [])]
}

async function widthOf(element: Locator): Promise<number> {
  return (await element.boundingBox())?.width ?? 0
}

async function placeOf(element: Locator) {
  const { x, y, width, height } = (await element.boundingBox()) ?? assert.fail('it is not there')
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }
}

type Points = [x: number, y: number][]

/** Fingers that go from some places to others in a few steps. */
async function touch(page: Page) {
  const session = await page.context().newCDPSession(page)
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: Points) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([x, y], id) => ({ x, y, id })) })
  return {
    async move(from: Points, to: Points): Promise<void> {
      await send('touchStart', from)
      for (const part of [0.25, 0.5, 0.75, 1]) {
        await send(
          'touchMove',
          from.map(([x, y], finger) => {
            const [toX = x, toY = y] = to[finger] ?? []
            return [x + (toX - x) * part, y + (toY - y) * part]
          }),
        )
      }
      await send('touchEnd', [])
    },
  }
}
