import type { OpenDatabase } from '../server/db/open.ts'
import { startAppProcess } from '../test/files/app-process.ts'
import { createWorld } from '../test/world.ts'
import type { Server } from './servers.ts'
import { after } from './workload.ts'

/** A practice with a client and a professional who is signed in, and Carnet in a process of its own, with these settings. */
export async function openPractice(database: OpenDatabase, closing: AsyncDisposableStack) {
  // Closed by who opened it.
  const world = await createWorld(after(closing), { database: { ...database, close: async () => {} } })
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  const browser = await world.signIn(olivia)
  const start = (settings: Record<string, string> = {}): Promise<Server> =>
    startAppProcess(after(closing), world, { settings })
  return {
    start,
    server: await start(),
    browser,
    headers: { Cookie: browser.cookie },
    spaceId: client.spaceId,
  }
}
