import type { BrowserContext, Page, Request } from '@playwright/test'
import type { Language } from '../../web/format.ts'
import { WORDS } from '../messages.ts'
import { until } from '../process.ts'
import { CAMILLE, type Help, type Person, type Places, type State } from './states.ts'

const ADDRESSES = {
  amelie: 'amelie.roy@demo.test',
  elise: 'elise.gagnon@demo.test',
  sofia: 'sofia.haddad@demo.test',
  paul: 'paul.lefebvre@demo.test',
  camille: 'camille.dubois@demo.test',
  fatima: 'fatima.el.amrani@demo.test',
}

/**
 * Goes through states of the demo at `origin` in one language, each in a fresh page; `look` is called when nothing
 * moves any more. The people's own language is changed to it.
 */
export async function walk(
  { origin, password, language }: { origin: string; password: string; language: Language },
  wanted: readonly State[],
  newContext: (who: Person) => Promise<BrowserContext>,
  look: (state: State, page: Page) => Promise<void>,
): Promise<void> {
  const words = WORDS[language]
  for (const who of new Set(wanted.map((state) => state.who))) {
    const context = await newContext(who)
    const places = who === 'nobody' ? NOWHERE : await signIn(context, { origin, password, language, who })
    for (const state of wanted.filter((one) => one.who === who)) {
      const page = await context.newPage()
      const rested = watchRequests(page)
      const help: Help = {
        page,
        words,
        places,
        async go(path) {
          await page.goto(new URL(path, origin).href)
          await page.getByRole('heading', { level: 1 }).first().waitFor()
        },
        row: (name) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) }),
        press: (name) => page.getByRole('button', { name, exact: true }).first().click({ timeout: 10_000 }),
        choose: (name) => page.getByRole('menuitem', { name, exact: true }).click(),
      }
      await state.open(help)
      await rested()
      await look(state, page)
      await page.close()
    }
    await context.close()
  }
}

const NOWHERE: Places = { contact: () => '/', item: () => '/' }

async function signIn(
  context: BrowserContext,
  {
    origin,
    password,
    language,
    who,
  }: { origin: string; password: string; language: Language; who: keyof typeof ADDRESSES },
): Promise<Places> {
  const ask = async (method: string, path: string, data?: object) => {
    const answer = await context.request.fetch(`${origin}/api${path}`, {
      method,
      headers: { Origin: origin },
      data,
    })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return answer.json()
  }
  await ask('POST', '/auth/sign-in/email', { email: ADDRESSES[who], password })
  const { hat } = await ask('PATCH', '/me', { language })
  const contacts: { kind: string; id: string; name: string }[] =
    hat.kind === 'client' ? [] : (await ask('GET', '/contacts')).contacts
  const contact = (name: string) => {
    const found = contacts.find((one) => one.name === name)
    if (!found) throw new Error(`${who} has no ${name}`)
    return `/${found.kind}s/${found.id}`
  }
  const camille = contacts.find((one) => one.name === CAMILLE)
  const spaceId = camille && (await ask('GET', `/clients/${camille.id}`)).spaceId
  const list = (folderId?: string) =>
    ask(
      'GET',
      `/items?${new URLSearchParams({ ...(spaceId && { spaceId }), ...(folderId && { folderId }) })}`,
    )
  let items: Found[] = []
  await until('the previews are made', async () => {
    items = await listAll(list)
    return items.every(({ preview }) => preview !== 'pending')
  })
  return {
    contact,
    item(name) {
      const item = items.find((one) => one.name === name)
      if (!item) throw new Error(`${who} has no ${name}`)
      if (!camille) return item.kind === 'folder' ? `/files/${item.id}` : `/files?item=${item.id}`
      const folder = item.kind === 'folder' ? item.id : item.parentId
      const params = { ...(folder && { folder }), ...(item.kind === 'file' && { item: item.id }) }
      return `${contact(CAMILLE)}?${new URLSearchParams(params)}`
    },
  }
}

type Found = { id: string; name: string; kind: string; parentId: string | null; preview: string }

async function listAll(
  list: (folderId?: string) => Promise<{ items: Found[] }>,
  folderId?: string,
): Promise<Found[]> {
  const { items } = await list(folderId)
  const inside = await Promise.all(
    items.filter(({ kind }) => kind === 'folder').map(({ id }) => listAll(list, id)),
  )
  return [...items, ...inside.flat()]
}

/** How long a page may think between two requests. */
const QUIET_MS = 100

/** Watches a page from its beginning; what it returns waits until everything asked for has come and is drawn. */
function watchRequests(page: Page): () => Promise<void> {
  const underWay = new Set<Request>()
  let last = performance.now()
  const note = (change: (request: Request) => void) => (request: Request) => {
    change(request)
    last = performance.now()
  }
  page.on(
    'request',
    note((request) => underWay.add(request)),
  )
  page.on(
    'requestfinished',
    note((request) => underWay.delete(request)),
  )
  page.on(
    'requestfailed',
    note((request) => underWay.delete(request)),
  )
  return async () => {
    await until(
      'nothing more is asked for',
      async () => underWay.size === 0 && performance.now() - last > QUIET_MS,
    )
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
  }
}
