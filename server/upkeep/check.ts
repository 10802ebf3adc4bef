import type { Blobs } from '../blobs/blobs.ts'
import type { Log } from '../log.ts'
import { alone } from './alone.ts'
import { createPace, fullSpeed } from './pace.ts'
import type { Finding, Round } from './round.ts'
import { createRuns, type Run } from './runs.ts'
import { createSteps, type StepNeeds } from './steps.ts'

/** What one job does of a check, before it lets others have the worker. */
const SLICE_MS = 60_000

const SIDE_BY_SIDE = 4

type Needs = StepNeeds & { log: Log; bytesPerSecond: number }

/** Whether what the rows say is what the store holds: by a command, at full speed, or nightly and slowly, in slices. */
export function createCheck({ log, bytesPerSecond, ...needs }: Needs) {
  const { db, jobs } = needs
  const steps = createSteps(needs)
  const names = Object.keys(steps)
  const runs = createRuns(needs)
  const [first = ''] = names

  /** One batch further. Told is only what was written down. */
  async function advance(run: Run, round: Round): Promise<Run> {
    const step = steps[run.step]
    const findings: Finding[] = []
    const done = step
      ? await step(run.after, { ...round, tell: (finding) => findings.push(finding) })
      : { next: null }
    // A step of another version is over.
    const place = names.indexOf(run.step)
    const at =
      done.next === null
        ? { step: names[place + 1] ?? null, after: '' }
        : { step: run.step, after: done.next }
    const saved = await runs.save(run.id, done, findings, at)
    for (const finding of findings) round.tell(finding)
    return saved
  }

  return {
    /** All of it, now. Resolves with what it looked at and what is wrong still. */
    async checkAll({
      repair,
      extras = false,
      backup,
      tell,
    }: {
      repair: boolean
      extras?: boolean
      backup?: Pick<Blobs, 'open'> | undefined
      tell: (finding: Finding) => void
    }): Promise<{ run: Run; left: number }> {
      let left = 0
      const round: Round = {
        pace: fullSpeed,
        atOnce: SIDE_BY_SIDE,
        repair,
        extras,
        remake: repair,
        backup,
        tell: (finding) => {
          if (!finding.repaired) left++
          tell(finding)
        },
      }
      let run = await runs.begin('command', first)
      while (!run.ended_at) run = await advance(run, round)
      return { run, left }
    },

    /** The task `check`: goes on for a while, and asks to be called again unless all is looked at. */
    async checkOn({ sliceMs = SLICE_MS } = {}): Promise<void> {
      let more = false
      await alone(db, 'check', async () => {
        const until = performance.now() + sliceMs
        const round: Round = {
          pace: createPace(bytesPerSecond),
          atOnce: 1,
          repair: false,
          extras: false,
          remake: true,
          backup: undefined,
          tell: ({ kind, what, repaired }) => log.warn({ kind, repaired }, `check: ${what}`),
        }
        let run = await runs.begin('schedule', first)
        do run = await advance(run, round)
        while (!run.ended_at && performance.now() < until)
        more = !run.ended_at
        if (more) return
        const { files, previews, bytes, found } = run
        const wrong = Object.keys(found as object).some((kind) => !kind.endsWith('_repaired'))
        const what = { files, previews, bytes, found }
        if (wrong)
          log.warn(what, 'check: not all is as it should be; `npm run check` tells what, and what to do')
        else log.info(what, 'check: all is as it should be')
      })
      // Only now: whoever takes it up at once would find us at work still.
      if (more) await jobs.add(db, 'check', {}, { key: 'check-on' })
    },
  }
}
