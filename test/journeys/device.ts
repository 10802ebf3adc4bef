import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { takePhoto } from '../../server/demo/photos.ts'
import { postureSide, progress } from '../../server/demo/rooms.ts'
import { kneeExercises } from '../../server/demo/sheets-exercise.ts'
import { filmSquats } from '../../server/demo/video.ts'

/** What somebody has on their own device: a PDF, photos and a video, drawn here and nobody's. */
const CONTENTS = {
  'Knee exercises.pdf': kneeExercises,
  'Posture.jpg': () => takePhoto(postureSide(), 'jpeg'),
  'Progress.jpg': () => takePhoto(progress(0.5), 'jpeg'),
  'Squat.mp4': filmSquats,
} satisfies Record<string, () => Buffer | Promise<Buffer>>

export type DeviceFile = keyof typeof CONTENTS

/** Puts files on the device; answers where each is. */
export async function fillDevice<Name extends DeviceFile>(
  t: Pick<TestContext, 'after'>,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'carnet-device-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const paths: [Name, string][] = []
  for (const name of names) {
    const path = join(folder, name)
    await writeFile(path, await CONTENTS[name]())
    paths.push([name, path])
  }
  return Object.fromEntries(paths) as Record<Name, string>
}
