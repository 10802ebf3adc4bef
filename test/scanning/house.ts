import type { TestContext } from 'node:test'
import { startClamd } from '../clamd.ts'
import { type Browser, createWorld, readProblem } from '../world.ts'

/** A practice with a scanner, and people who see what is shared with everybody, among them its owner. */
export async function enter(t: TestContext) {
  const clamd = await startClamd(t)
  const world = await createWorld(t, { settings: { CLAMD_URL: clamd.url } })
  const company = await world.addCompany({ name: 'Kiné' })
  const people = {
    boss: await world.addProfessional(company, 'super_admin'),
    owner: await world.addProfessional(company, 'employee', { name: 'Olivia' }),
    colleague: await world.addProfessional(company),
    client: await world.addClient(company, { name: 'Zoé' }),
    stranger: await world.addProfessional(company),
  }
  const { client, owner, colleague } = people
  for (const who of [owner, colleague]) await world.setStakeholder(client, who)
  const browsers = {
    boss: await world.signIn(people.boss),
    owner: await world.signIn(owner),
    colleague: await world.signIn(colleague),
    client: await world.signIn(client),
    stranger: await world.signIn(people.stranger),
  }
  return {
    clamd,
    world,
    company,
    people,
    ...browsers,
    at: { spaceId: client.spaceId, level: 'everybody' as const },
    /** What the minutely look does. */
    async look() {
      await world.services.jobs.add(world.db, 'scan', {})
      await world.runJobs()
    },
  }
}

/** What each way to the bytes of a file answers: a status, or the code of a refusal. */
export async function askFor(browser: Browser, itemId: string) {
  const content = `/api/items/${itemId}/content`
  const say = async (path: string, init: RequestInit = {}) => {
    const answer = await browser.fetch(path, init)
    if (answer.ok || answer.status === 304 || init.method === 'HEAD') {
      await answer.arrayBuffer()
      return answer.status
    }
    return (await readProblem(answer)).code
  }
  return {
    whole: await say(content),
    head: await say(content, { method: 'HEAD' }),
    inline: await say(`${content}?inline`),
    part: await say(content, { headers: { Range: 'bytes=0-0' } }),
    again: await say(content, { headers: { 'If-None-Match': '*' } }),
    thumb: await say(`/api/items/${itemId}/preview/thumb`),
    view: await say(`/api/items/${itemId}/preview/view`),
  }
}

export async function zipOf(browser: Browser, ids: readonly string[]): Promise<string> {
  const answer = await browser.fetch(`/api/zip?ids=${ids.join(',')}`)
  return Buffer.from(await answer.arrayBuffer()).toString('latin1')
}
