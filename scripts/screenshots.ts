import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from '@playwright/test'
import sharp from 'sharp'
import { openBrowser, openPhone, openWide } from '../test/browser.ts'
import { STATES, type State } from '../test/journeys/states.ts'
import { walk } from '../test/journeys/walk.ts'
import { startNode } from '../test/process.ts'

const IMAGES = join(import.meta.dirname, '../docs/images')
/** A reader of the README downloads each. */
const LARGEST = 250_000

const SCREENS = { wide: openWide, phone: openPhone }
const THEMES = ['light', 'dark'] as const
const LANGUAGES = ['en', 'fr'] as const

/** The pictures of the README: which state, on which screen, under which name. */
const SHOWN = [
  { name: 'professional', state: 'files', screen: 'wide' },
  { name: 'viewer', state: 'viewer-levels', screen: 'wide' },
  { name: 'client', state: 'client-files', screen: 'phone' },
] as const

type Demo = { origin: string; password: string }

async function picture(page: Page, theme: (typeof THEMES)[number]): Promise<Buffer> {
  await page.emulateMedia({ colorScheme: theme })
  const taken = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  return sharp(taken).png({ palette: true, effort: 10, compressionLevel: 9 }).toBuffer()
}

async function takeShown(browser: Browser, demo: Demo): Promise<void> {
  await mkdir(IMAGES, { recursive: true })
  for (const { name, state, screen } of SHOWN) {
    const wanted = STATES.filter((one) => one.name === state)
    await walk(
      { ...demo, language: 'en' },
      wanted,
      () => SCREENS[screen](browser),
      async (_, page) => {
        for (const theme of THEMES) {
          const file = `${name}${theme === 'dark' ? '-dark' : ''}.png`
          const bytes = await picture(page, theme)
          if (bytes.length > LARGEST) throw new Error(`${file} has ${bytes.length} bytes`)
          await writeFile(join(IMAGES, file), bytes)
        }
      },
    )
  }
}

/** Every state on every screen, in both themes and two languages, for whoever looks after the design. */
async function takeAll(
  browser: Browser,
  demo: Demo,
  folder: string,
  only: string | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const wanted: State[] = STATES.filter(({ name }) => !only || new RegExp(only).test(name))
  for (const language of LANGUAGES) {
    for (const [screen, open] of Object.entries(SCREENS)) {
      await walk(
        { ...demo, language },
        wanted,
        () => open(browser),
        async ({ name }, page) => {
          for (const theme of THEMES)
            await writeFile(
              join(folder, `${name}.${screen}.${theme}.${language}.png`),
              await picture(page, theme),
            )
        },
      )
    }
  }
}

const { values } = parseArgs({ options: { all: { type: 'string' }, only: { type: 'string' } } })
const dataDir = await mkdtemp(join(tmpdir(), 'carnet-screenshots-'))
const app = startNode(['server/main.ts', 'demo'], { DATA_DIR: join(dataDir, 'data'), PORT: '0' })
try {
  const [, origin = ''] = await app.says(/^Carnet is ready: (.*)$/m)
  const [, password = ''] = await app.says(/^The password of each is: (.*)$/m)
  await using browser = await openBrowser()
  if (values.all) await takeAll(browser, { origin, password }, values.all, values.only)
  else await takeShown(browser, { origin, password })
} finally {
  app.child.kill('SIGTERM')
  await app.ended
  await rm(dataDir, { recursive: true, force: true })
}
