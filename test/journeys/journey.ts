import { after, before, type TestContext, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'
import { buildWeb } from '../../scripts/build.ts'
import { openBrowser, openPhone, openWide } from '../browser.ts'
import { collectErrors } from '../browser-checks.ts'
import { PASSWORD } from '../world.ts'

let browser: Browser

before(async () => {
  ;[browser] = await Promise.all([openBrowser(), buildWeb()])
})

after(() => browser?.close())

/** Whoever comes to a page is not known yet, which the server tells by a 401. */
const NOT_KNOWN_YET = /the server responded with a status of 401 .*\/api\/me\)/

/** Of a picture that can’t be made the browser learns when it asks for it. */
const NO_PREVIEW = /the server responded with a status of 404 .*\/preview\/thumb\)/

interface VisitOptions extends BrowserContextOptions {
  /** 360 × 780 with touch, instead of 1440 × 900 with a mouse. */
  phone?: boolean
  /** Errors on the console that the journey means to cause. */
  allowed?: readonly RegExp[]
}

export interface Stage {
  t: TestContext
  browser: Browser
  /** A browser of its own, at an address. */
  visit: (address: string, options?: VisitOptions) => Promise<Page>
  /** The same, with somebody signed in by the form. */
  enter: (
    app: { origin: string },
    who: { email: string; password?: string },
    options?: VisitOptions,
  ) => Promise<Page>
}

/** A test through the screens alone; in the end, no page may have reported an error or asked another origin. */
export function journey(name: string, act: (stage: Stage) => Promise<void>): void {
  test(name, async (t) => {
    const checks: (() => Promise<void>)[] = []
    const contexts: AsyncDisposable[] = []
    t.after(() => Promise.all(contexts.map((context) => context[Symbol.asyncDispose]())))

    const visit: Stage['visit'] = async (address, { phone = false, allowed = [], ...options } = {}) => {
      const context = await (phone ? openPhone : openWide)(browser, options)
      contexts.push(context)
      const page = await context.newPage()
      checks.push(collectErrors(page, [NOT_KNOWN_YET, NO_PREVIEW, ...allowed]).assertNone)
      await page.goto(address)
      return page
    }
    const enter: Stage['enter'] = async ({ origin }, { email, password = PASSWORD }, options) => {
      const page = await visit(origin, options)
      await page.locator('input[name=email]').fill(email)
      await page.locator('input[name=password]').fill(password)
      await page.locator('form [type=submit]').click()
      await page.getByRole('navigation').first().waitFor()
      return page
    }
    try {
      await act({ t, browser, visit, enter })
    } catch (error) {
      // What the pages reported often tells why.
      for (const check of checks) await check().catch((report) => t.diagnostic(report.message))
      throw error
    }
    for (const check of checks) await check()
  })
}
