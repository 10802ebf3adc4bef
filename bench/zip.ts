import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { send, timeEach } from './load.ts'
import { openPractice } from './practice.ts'
import { readPeak, resetPeak, startPlain } from './servers.ts'
import { type Ground, median, type Ratio, type Workload } from './workload.ts'

const COUNT = 1000
const SIZE = 50_000
const ROUNDS = 3

/** A folder as one ZIP, against a Node server of thirty lines that writes one of the same files by the same library. */
export const zip: Workload = {
  about: `a ZIP of ${COUNT} files, against a plain Node server`,
  async run({ database, folder, closing }: Ground) {
    const { server, browser, headers, spaceId } = await openPractice(database, closing)
    const plain = await startPlain(join(folder, 'plain'), closing)
    const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'All' })
    const body = randomBytes(SIZE)
    await timeEach(COUNT, 16, async (i) => {
      const put = { method: 'PUT', headers: { ...headers, 'Content-Length': SIZE }, body }
      await send(`${server.origin}/api/files/${i}.bin?spaceId=${spaceId}&parentId=${id}`, put)
      await send(`${plain.origin}/${i}`, put)
    })
    const times: { plain: number[]; ours: number[] } = { plain: [], ours: [] }
    await resetPeak(server)
    for (let round = 0; round < ROUNDS; round++) {
      times.plain.push(await timeEach(1, 1, () => send(`${plain.origin}/all.zip`, {})))
      times.ours.push(await timeEach(1, 1, () => send(`${server.origin}/api/zip?ids=${id}`, { headers })))
    }
    const what = `${COUNT} × ${SIZE / 1000} KB`
    const memory = await readPeak(server)
    return [{ what, baseline: median(times.plain), measured: median(times.ours), memory } satisfies Ratio]
  },
}
