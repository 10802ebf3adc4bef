import assert from 'node:assert/strict'
import type { Locator, Page } from '@playwright/test'
import { expect } from '../browser.ts'

/** The row of an item in the list. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
}

/** Waits until the list holds exactly these, in this order. */
export async function expectList(page: Page, names: readonly string[]): Promise<void> {
  await expect(page.getByRole('grid').getByRole('row').getByRole('link')).toHaveText([...names])
}

/** Opens a client from Contacts, by searching. */
export async function openClient(page: Page, name: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search clients and groups' }).fill(name.slice(0, 4))
  await page.getByRole('link', { name }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
}

/** Chooses files with the Add button; the dialog that asks for their level stays open. */
export async function chooseFiles(page: Page, paths: string | string[]): Promise<Locator> {
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add a file' }).first().click()
  await (await choosing).setFiles(paths)
  return page.getByRole('dialog')
}

/** Drags files or folders of the device over an element and lets them go. */
export async function dropFromDevice(page: Page, target: Locator, paths: readonly string[]): Promise<void> {
  const box = await target.boundingBox()
  assert.ok(box)
  const at = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 300) }
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  await session.detach()
}

/** The bar that says at the bottom of the screen what has happened. */
export function said(page: Page, words: string | RegExp): Locator {
  return page.getByRole('status').filter({ hasText: words })
}

export async function addFolder(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a folder' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await expect(row(page, name)).toBeVisible()
}

export async function openItem(page: Page, name: string): Promise<void> {
  await row(page, name).getByRole('link', { name, exact: true }).click()
}

export async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** Takes back what the bar says was done. */
export async function undo(page: Page, words: string): Promise<void> {
  await page.getByText(words).locator('..').getByRole('button', { name: 'Undo' }).click()
}

/** Chooses one of some: none of them moves when it is said what that would do. */
export async function expectStill(all: Locator, one: Locator, told: RegExp): Promise<void> {
  await expect(all.last()).toBeVisible()
  const places = () => all.evaluateAll((them) => them.map((it) => it.getBoundingClientRect().toJSON()))
  const before = await places()
  await one.click()
  await expect(one.page().getByRole('dialog').last().getByRole('status').getByText(told)).toBeVisible()
  assert.deepEqual(await places(), before)
}

/** What this device keeps of uploads. */
export function countKept(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('carnet-uploads')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const stores = [...database.objectStoreNames]
    const counts = stores.map(
      (store) =>
        new Promise<number>((resolve) => {
          const request = database.transaction(store).objectStore(store).count()
          request.onsuccess = () => resolve(request.result)
        }),
    )
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  })
}
