import assert from 'node:assert/strict'
import { expect } from '../browser.ts'
import { createWorld } from '../world.ts'
import { openClient, openItem, row } from './files-page.ts'
import { journey } from './journey.ts'

journey(
  'what can’t be asked for is told and comes by itself; what is shown already stays, and so does what one does with it',
  async ({ t, enter }) => {
    const world = await createWorld(t)
    const company = await world.addCompany()
    const elise = await world.addProfessional(company)
    const camille = await world.addClient(company, { name: 'Camille Dubois' })
    await world.setStakeholder(camille, elise)
    const { spaceId } = camille
    const browser = await world.signIn(elise)
    const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Plans' })
    for (const tens of [0, 1, 2]) {
      const form = new FormData()
      for (let n = tens * 100 + 100; n < tens * 100 + 200; n++)
        form.append('file', new File(['plan'], `${n}.txt`))
      const path = `/api/files?${new URLSearchParams({ spaceId, parentId: id })}`
      assert.equal((await browser.fetch(path, { method: 'POST', body: form })).status, 201)
    }

    const allowed = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/]
    const page = await enter(world, elise, { allowed })
    await openClient(page, 'Camille Dubois')
    const told = page.getByText('The server can’t be reached. Nothing was lost;')
    const again = page.getByRole('button', { name: 'Try again' })
    await expect(row(page, 'Plans')).toBeVisible()

    await page.context().setOffline(true)
    await openItem(page, 'Plans')
    await expect(told).toBeVisible()
    await page.context().setOffline(false)
    await expect(row(page, '100.txt')).toBeVisible()
    await expect(told).toBeHidden()

    const more = (url: URL) => url.pathname === '/api/items' && url.searchParams.has('cursor')
    await page.route(more, (route) => route.abort())
    await row(page, '100.txt').focus()
    await page.keyboard.press('End')
    await expect(told).toBeVisible()
    // The pictures that are still to be made go on being asked for: that makes it neither forgotten nor tried again.
    await page.waitForResponse((answer) => answer.url().includes('/api/items?') && answer.ok())
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))
    assert.ok(await told.isVisible())
    await page.unroute(more)
    await again.click()
    await expect(told).toBeHidden()
    await page.getByRole('row').first().focus()
    await expect(async () => {
      await page.keyboard.press('End')
      await expect(row(page, '399.txt')).toBeVisible({ timeout: 500 })
    }).toPass()

    // The record is asked for once more, in vain, while one is doing something with a file.
    await row(page, '399.txt').focus()
    await page.keyboard.press('F2')
    const field = page.getByRole('dialog').getByLabel('Name')
    await field.fill('Last plan')
    let asked = 0
    await page.route('**/api/clients/*', (route) => {
      asked++
      return route.abort()
    })
    await page.clock.setSystemTime(Date.now() + 3_600_000)
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
    await expect.poll(() => asked).toBe(3)
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Camille Dubois')
    await expect(field).toHaveValue('Last plan')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    const found = () => browser.api.files.listItems({ spaceId, folderId: id, search: 'Last plan' })
    await expect.poll(async () => (await found()).items.length).toBe(1)
  },
)
