import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Fails with each rule broken, the element that breaks it and how to mend it. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  // Legacy mode stays in the page; the other opens a blank one beside it, which takes the focus away.
  const { violations } = await new AxeBuilder({ page }).withTags(rules).setLegacyMode().analyze()
  const report = violations.map(({ id, impact, help, nodes }) =>
    [
      `${id} (${impact}): ${help}`,
      ...nodes.map((node) => `  ${node.target.join(' ')}  ${node.html}\n    ${indent(node.failureSummary)}`),
    ].join('\n'),
  )
  if (report.length > 0) assert.fail(`${page.url()} breaks ${report.length} axe rules\n${report.join('\n')}`)
}

/**
 * Watches a page, and all that its context opens, for errors on the console (refused responses and CSP
 * violations among them), uncaught errors, crashes, and requests to another origin than the page's first.
 * `allowed` are those that the test means to cause. Call `assertNone` at the end.
 */
export function collectErrors(page: Page, allowed: readonly RegExp[] = []) {
  const found: string[] = []
  let home = originOf(page.url())

  const note = (error: string) => {
    if (!allowed.some((pattern) => pattern.test(error))) found.push(error)
  }
  const noteRequest = (url: string) => {
    const origin = originOf(url)
    home ??= origin
    if (origin && origin !== home) note(`request to another origin: ${url}`)
  }

  const context = page.context()
  context.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => note(`uncaught: ${error.error().stack}`))
  context.on('request', (request) => noteRequest(request.url()))
  page.on('websocket', (socket) => noteRequest(socket.url().replace(/^ws/, 'http')))
  page.on('crash', () => note('the page crashed'))

  return {
    async assertNone(): Promise<void> {
      // What the page reported before this answer has arrived with it.
      if (!page.isClosed()) await page.evaluate(() => undefined)
      if (found.length > 0) assert.fail(`${found.length} errors in the browser\n${found.join('\n')}`)
    },
  }
}

function originOf(url: string): string | undefined {
  return /^https?:/.test(url) ? new URL(url).origin : undefined
}

function indent(text = ''): string {
  return text.replaceAll('\n', '\n    ')
}
