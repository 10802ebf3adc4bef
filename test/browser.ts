import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect as baseExpect,
  chromium,
  devices,
} from '@playwright/test'
import { findChromium } from './browser-chromium.ts'

/** Playwright's expect, patient enough for a busy machine: it ends as soon as the condition holds. */
export const expect = baseExpect.configure({ timeout: 20_000 })

/**
 * A headless Chromium; close it when done (`await using` does). Pages can reach this machine only: every
 * other host fails to resolve.
 */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(await findChromium()),
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  })
}

/** A phone held upright: 360 × 780 points, touch, two pixels to a point. `options` win. */
export function openPhone(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({
    ...devices['Pixel 7'],
    ...steady,
    viewport: { width: 360, height: 780 },
    screen: { width: 360, height: 780 },
    deviceScaleFactor: 2,
    ...options,
  })
}

/** A wide screen with a mouse: 1440 × 900 points. `options` win. */
export function openWide(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({ ...steady, viewport: { width: 1440, height: 900 }, ...options })
}

// The same wherever the tests run; without motion, no test waits for an animation or measures half of one.
const steady = {
  locale: 'en-CA',
  timezoneId: 'America/Toronto',
  colorScheme: 'light',
  reducedMotion: 'reduce',
} satisfies BrowserContextOptions
