import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { send, timeEach } from './load.ts'
import { openPractice } from './practice.ts'
import { readPeak, resetPeak } from './servers.ts'
import { type Ground, median, type Ratio, type Workload } from './workload.ts'

const COUNT = 200
const AT_ONCE = 8
const ROUNDS = 3

/** The first look at many photos, which makes their small images, against the same images made by sharp alone. */
export const photos: Workload = {
  about: `first views of ${COUNT} photos of 12 megapixels, against sharp alone on the same cores`,
  async run({ database, folder, closing }: Ground) {
    const { server, headers, spaceId } = await openPractice(database, closing)
    const path = join(folder, 'photo.jpg')
    await writeFile(path, await takePhoto())
    const photo = await readFile(path)
    const ratios: Ratio[] = []
    for (const [variant, box] of [
      ['thumb', 480],
      ['view', 2048],
    ] as const) {
      const times: { ours: number; bare: number }[] = []
      await resetPeak(server)
      for (let round = 0; round < ROUNDS; round++) {
        const ids: string[] = []
        await timeEach(COUNT, AT_ONCE, async (i) => {
          const url = `${server.origin}/api/files/${variant}-${round}-${i}.jpg?spaceId=${spaceId}`
          const { location } = await send(url, {
            method: 'PUT',
            headers: { ...headers, 'Content-Length': photo.length },
            body: photo,
          })
          ids[i] = location ?? ''
        })
        const ours = await timeEach(COUNT, AT_ONCE, (i) =>
          send(`${server.origin}${ids[i]}/preview/${variant}`, { headers }),
        )
        const bare = await timeEach(COUNT, AT_ONCE, async () =>
          sharp(await readFile(path))
            .autoOrient()
            .resize(box, box, { fit: 'inside', withoutEnlargement: true })
            .webp({ quality: 80, effort: 2 })
            .toBuffer(),
        )
        times.push({ ours, bare })
      }
      const middle = (who: 'ours' | 'bare') => median(times.map((time) => time[who]))
      const what = `${COUNT} photos: ${variant}`
      ratios.push({
        what,
        baseline: middle('bare'),
        measured: middle('ours'),
        most: 1.3,
        memory: await readPeak(server),
      })
    }
    return ratios
  },
}

/** As large and as detailed as a phone's: about 4 MB. */
function takePhoto(): Promise<Buffer> {
  const [width, height] = [4000, 3000]
  const rough = { width: width / 8, height: height / 8, channels: 3 } as const
  return sharp(randomBytes(rough.width * rough.height * 3), { raw: rough })
    .resize(width, height, { kernel: 'cubic' })
    .jpeg({ quality: 90 })
    .toBuffer()
}
