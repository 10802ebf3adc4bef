import type { BrowserContext } from '@playwright/test'
import { DEMO_PASSWORD, seedDemo } from '../../server/demo/seed.ts'
import { openPhone, type openWide } from '../browser.ts'
import { collectErrors, expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { journey } from './journey.ts'
import { STATES } from './states.ts'
import { walk } from './walk.ts'

/** What some states are about. */
const MEANT = [
  /status of 401 .*\/api\/(me|auth\/sign-in\/email)\)/,
  /status of 40[04] .*\/api\/(invitation\/read|request\/read|auth\/sign-in\/link|items\/0{8}-\S+)\)/,
  /ERR_CONNECTION_FAILED .*\/api\/uploads\)/,
]

type Walk = {
  language: 'en' | 'fr'
  open: typeof openWide | typeof openPhone
  colorScheme: 'light' | 'dark'
}

/** Every state in one language, on one screen, in one set of colours. `npm test` does so once, `npm run test:pages` once more. */
export function walkPages({ language, open, colorScheme }: Walk): void {
  journey(`every page and dialog passes axe and reports no error, in ${language}`, async ({ t, browser }) => {
    const world = await createWorld(t)
    await seedDemo({ db: world.db, ...world.services, now: () => new Date() })
    await world.runJobs()
    const watched: ReturnType<typeof collectErrors>[] = []

    async function newContext(who: string): Promise<BrowserContext> {
      const forClients = who === 'camille' || who === 'fatima'
      const context = await (forClients ? openPhone : open)(browser, { locale: language, colorScheme })
      watched.push(collectErrors(await context.newPage(), MEANT))
      return context
    }
    await walk(
      { origin: world.origin, password: DEMO_PASSWORD, language },
      STATES,
      newContext,
      async ({ name }, page) => {
        await t.test(name, () => expectNoAxeViolations(page))
      },
    )
    for (const errors of watched) await errors.assertNone()
  })
}
