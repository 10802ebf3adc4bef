import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from '@playwright/test'
import { expect, openBrowser, openPhone, openWide } from './browser.ts'
import { collectErrors, expectNoAxeViolations } from './browser-checks.ts'
import { unpackChromium } from './browser-chromium.ts'

const head = `<html lang="fr"><title>Élan</title><link rel="stylesheet" href="/style.css">`
const pages: Record<string, string> = {
  '/clean': `${head}<main><h1>Entraînement à la maison</h1><button>Commencer</button></main>`,
  '/unlabelled': `${head}<main><h1>Élan</h1><button class="bare"></button></main>`,
  '/logs': `${head}<h1>Élan</h1><script src="/log.js"></script>`,
  '/throws': `${head}<h1>Élan</h1><script src="/throw.js"></script>`,
  '/inline': `${head}<h1>Élan</h1><script>document.title = 'never'</script>`,
  '/missing': `${head}<h1>Élan</h1><img src="/none.png" alt="">`,
  '/elsewhere': `${head}<h1>Élan</h1><script src="/leave.js"></script>`,
}
const assets: Record<string, [type: string, body: string]> = {
  '/style.css': ['text/css', 'body { font-family: sans-serif; color: #1c1b19; background: #fff }'],
  '/log.js': ['text/javascript', 'console.error("went wrong")'],
  '/throw.js': ['text/javascript', 'throw new Error("thrown on purpose")'],
  '/leave.js': [
    'text/javascript',
    'fetch(location.href.replace("127.0.0.1", "localhost"), { mode: "no-cors" }).catch(() => {})',
  ],
}

const server = createServer((request, response) => {
  const path = request.url ?? ''
  const [type, body] = assets[path] ?? ['text/html; charset=utf-8', pages[path]]
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': type,
    'content-security-policy': "default-src 'self'; connect-src *",
  })
  response.end(body)
})

let browser: Browser
let origin: string

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  server.closeAllConnections()
  server.close()
})

test('a page shows its text, and passes every check', async () => {
  await using context = await openWide(browser, { baseURL: origin })
  const page = await context.newPage()
  const errors = collectErrors(page)
  await page.goto('/clean')
  await expect(page.getByRole('heading', { name: 'Entraînement à la maison' })).toBeVisible()
  assert.deepEqual(
    await page.evaluate(() => [innerWidth, innerHeight, matchMedia('(pointer: fine)').matches]),
    [1440, 900, true],
  )
  await expectNoAxeViolations(page)
  await errors.assertNone()
})

test('a phone is narrow, dense and touched, in its language and colours', async () => {
  await using context = await openPhone(browser, { baseURL: origin, locale: 'fr-CA', colorScheme: 'dark' })
  const page = await context.newPage()
  await page.goto('/clean')
  const seen = await page.evaluate(() => ({
    width: screen.width,
    density: devicePixelRatio,
    touched: matchMedia('(pointer: coarse)').matches,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    still: matchMedia('(prefers-reduced-motion: reduce)').matches,
    noon: new Date('2026-03-01T17:00:00Z').toLocaleString([], { dateStyle: 'long', timeStyle: 'short' }),
  }))
  assert.deepEqual(seen, {
    width: 360,
    density: 2,
    touched: true,
    dark: true,
    still: true,
    noon: '1 mars 2026 à 12 h 00',
  })
})

test('a broken accessibility rule is reported with the element that breaks it', async () => {
  await using context = await openWide(browser, { baseURL: origin })
  const page = await context.newPage()
  await page.goto('/unlabelled')
  await assert.rejects(expectNoAxeViolations(page), /button-name \(critical\)[\s\S]*<button class="bare">/)
})

const faults: Array<[path: string, report: RegExp]> = [
  ['/logs', /console: went wrong/],
  ['/throws', /uncaught: Error: thrown on purpose/],
  ['/inline', /console: .*Content Security Policy/],
  ['/missing', /console: .*404.*none\.png/],
  ['/elsewhere', /request to another origin: http:\/\/localhost/],
]

for (const [path, report] of faults) {
  test(`the error of ${path} is reported, unless the test meant it`, async () => {
    await using context = await openWide(browser, { baseURL: origin })
    const page = await context.newPage()
    const errors = collectErrors(page)
    const tolerant = collectErrors(page, [report])
    await page.goto(path)
    await assert.rejects(errors.assertNone(), report)
    await tolerant.assertNone()
  })
}

test('no page reaches another machine', async () => {
  await using context = await openWide(browser)
  const page = await context.newPage()
  await assert.rejects(page.goto('http://example.com/'), /ERR_NAME_NOT_RESOLVED/)
  await assert.rejects(page.goto('http://192.0.2.1/'), /ERR_NAME_NOT_RESOLVED/)
})

test('test files that start together unpack one Chromium', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'carnet-chromium-'))
  try {
    const [one, other] = await Promise.all([unpackChromium(cache), unpackChromium(cache)])
    assert.equal(one, other)
    assert.deepEqual((await readdir(cache)).length, 1)
    assert.ok((await readdir(one)).includes('chromium'))
  } finally {
    await rm(cache, { recursive: true })
  }
})
