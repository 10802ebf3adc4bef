import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { expect, openBrowser, openPhone, openWide } from '../browser.ts'
import { collectErrors, expectNoAxeViolations } from '../browser-checks.ts'
import { serveGallery } from './serve-gallery.ts'

let browser: Browser
let gallery: Awaited<ReturnType<typeof serveGallery>>

before(async () => {
  ;[browser, gallery] = await Promise.all([openBrowser(), serveGallery()])
})

after(async () => {
  await browser?.close()
  await gallery?.[Symbol.asyncDispose]()
})

/** Shows every part on a wide screen, then asserts that nothing went wrong in the browser. */
async function onParts(
  look: (page: Page) => Promise<void>,
  open = openWide,
  allowed: readonly RegExp[] = [],
): Promise<void> {
  const context: BrowserContext = await open(browser)
  try {
    const page = await context.newPage()
    const errors = collectErrors(page, allowed)
    await page.goto(`${gallery.url}/parts`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await look(page)
    await errors.assertNone()
  } finally {
    await context.close()
  }
}

for (const path of ['parts', 'professional', 'client']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${path} in ${colorScheme} passes axe, wide and on a phone, under the security policy`, async () => {
      for (const open of [openWide, openPhone]) {
        const context = await open(browser, { colorScheme, locale: colorScheme === 'dark' ? 'fr-CA' : 'es' })
        const page = await context.newPage()
        const errors = collectErrors(page)
        await page.goto(`${gallery.url}/${path}`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expectNoAxeViolations(page)
        await errors.assertNone()
        await context.close()
      }
    })
  }
}

test('a part that is fetched later is shown once it is there, whenever that is', async () => {
  const context = await openWide(browser)
  const page = await context.newPage()
  await page.goto(`${gallery.url}/late`)
  await expect(page.getByText('The second is there')).toBeVisible()
  await expect(page.getByText('The first is waited for')).toBeVisible()
  await page.getByRole('button').click()
  await expect(page.getByText('The first is there')).toBeVisible()
  await expect(page.getByText('waited for')).toHaveCount(0)
  await context.close()
})

test('a theme that is chosen wins over the system’s, and says so when it can’t be kept', () =>
  onParts(
    async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
      assert.equal(await background(), 'rgb(251, 250, 248)')
      await page.getByRole('radio', { name: 'Dark' }).check()
      assert.equal(await background(), 'rgb(20, 20, 19)')
      await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('This is not here')
      await page.getByRole('radio', { name: 'System' }).check()
      assert.equal(await background(), 'rgb(251, 250, 248)')
    },
    openWide,
    // Nobody answers for the person in the gallery.
    [/api\/me/],
  ))

test('a menu works by keyboard, and gives the focus to its button before it acts', () =>
  onParts(async (page) => {
    const button = page.getByRole('button', { name: 'Actions' })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('menuitem', { name: 'Download' })).toBeFocused()
    await page.keyboard.press('r')
    await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(button).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeFocused()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: /^Delete/ })
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(button).toBeFocused()
  }))

test('a dialog keeps the focus, begins at its field, and closes by a press outside', () =>
  onParts(async (page) => {
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rename' })
    await expect(dialog.getByLabel('Name')).toBeFocused()
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.closest('main') === null), false)
    // What began inside is not a press outside, though it ends there.
    await dialog.getByRole('button', { name: 'Cancel' }).hover()
    await page.mouse.down()
    await page.mouse.move(8, 8)
    await page.mouse.up()
    await expect(dialog).toBeVisible()
    await page.mouse.click(8, 8)
    await expect(dialog).toBeHidden()
  }))

test('a form says beside the field why it was refused, and keeps what was typed', () =>
  onParts(async (page) => {
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rename' })
    await dialog.getByLabel('Name').fill('a/b')
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(/can’t hold slashes/)
    await expect(dialog.getByLabel('Name')).toHaveValue('a/b')
    await expect(dialog.getByLabel('Name')).toBeFocused()
  }))

test('a form checks what it needs before it is sent, and shows what the server says of the whole', () =>
  onParts(async (page) => {
    const name = page.getByRole('textbox', { name: 'Name' })
    const password = page.getByLabel('Password', { exact: true })
    await password.fill('short')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(name).toHaveAccessibleDescription(/As the client writes it.*This is needed/)
    await expect(name).toBeFocused()
    await expect(password).toHaveAccessibleDescription(/7 more characters.*at least 12/)
    await name.fill('Camille')
    await password.fill('long enough by far')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'busy or restarting' }).first()).toBeVisible()
    await expect(name).toHaveValue('Camille')
  }))

test('an icon button shows its label to a mouse and to the keyboard; Escape hides it', () =>
  onParts(async (page) => {
    const tip = page.locator('[popover]:popover-open')
    await page.getByRole('button', { name: 'Search', exact: true }).hover()
    await expect(tip).toHaveText('Search')
    await page.keyboard.press('Escape')
    await expect(tip).toHaveCount(0)
    await page.getByRole('link', { name: 'A link' }).focus()
    await page.keyboard.press('Tab')
    await expect(tip).toHaveText('Search')
    await page.keyboard.press('Enter')
    await expect(tip).toHaveCount(0)

    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await expect(tip).toHaveText('Search')
    // What comes to lie under a resting mouse has a label too.
    await page.mouse.move(0, 0)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await expect(tip).toHaveText('Search')
    await page.getByRole('button', { name: 'Search', exact: true }).evaluate((button) => button.remove())
    await expect(tip).toHaveCount(0)
  }))

test('a toast is announced, its undo can be pressed, and an error stays until it is dismissed', () =>
  onParts(async (page) => {
    const status = page.getByRole('region', { name: 'Notifications' }).getByRole('status')
    await page.getByRole('button', { name: 'Toast with undo' }).click()
    await expect(status).toContainText('Deleted.')
    await status.getByRole('button', { name: 'Undo' }).click()
    await expect(status).toContainText('Back again.')
    await expect(status).not.toContainText('Deleted.')
    await page.getByRole('button', { name: 'Toast of an error' }).click()
    await status.getByRole('button', { name: 'Dismiss' }).click()
    await expect(status).not.toContainText('refused')
  }))

test('on a phone, menus, panels and dialogs are sheets that stand at the bottom', () =>
  onParts(async (page) => {
    const { height } = page.viewportSize() ?? assert.fail('no viewport')
    const expectSheet = async (box: Awaited<ReturnType<ReturnType<Page['locator']>['boundingBox']>>) => {
      assert.ok(box)
      assert.deepEqual([box.x, Math.round(box.y + box.height)], [0, height])
    }
    await page.getByRole('button', { name: 'Actions' }).click()
    await expectSheet(await page.locator('[data-trigger=MenuTrigger]').boundingBox())
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expectSheet(await page.locator('dialog').boundingBox())
    await page.getByRole('button', { name: 'Cancel' }).last().click()
    await page.getByRole('button', { name: 'Visibility' }).click()
    await expectSheet(await page.locator('[data-trigger=DialogTrigger]').boundingBox())
  }, openPhone))

test('a menu that opens under the mouse is not pressed by what opened it', () =>
  onParts(async (page) => {
    const button = page.getByRole('button', { name: 'Actions' })
    await button.evaluate(({ style }: HTMLElement) =>
      Object.assign(style, { position: 'fixed', bottom: '20px' }),
    )
    // Whatever has the focus loses it to what is pressed, and may lose it again meanwhile.
    const moveFocus = (to: 'main' | 'body') =>
      page.evaluate((to) => {
        if (to === 'main') document.querySelector('main')?.focus()
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      }, to)
    for (const [before, meanwhile] of [
      ['body', 'body'],
      ['main', 'main'],
      ['main', 'body'],
    ] as const) {
      await moveFocus(before)
      await button.hover()
      await page.mouse.down()
      // Long enough for a menu to be drawn.
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      )
      await expect(page.getByRole('menuitem')).toHaveCount(0)
      await moveFocus(meanwhile)
      await page.mouse.up()
      await page.getByRole('menuitem', { name: 'Rename' }).hover()
      await expect(page.getByRole('menuitem')).toHaveCount(4)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('menuitem')).toHaveCount(0)
    }
  }, openPhone))

test('nothing on a phone is wider than its screen, and touch targets are 44 px', () =>
  onParts(async (page) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(width, page.viewportSize()?.width)
    const small = await page
      .locator('button:visible, select:visible, input[type=text]:visible')
      .evaluateAll((all) =>
        all
          .filter((control) => control.getBoundingClientRect().height < 36)
          .map((control) => control.outerHTML),
      )
    assert.deepEqual(small, [])
  }, openPhone))
