import { PreviewsBusy } from './failures.ts'

export interface Asking {
  /** Somebody is looking at it now: goes before all background work. */
  urgent: boolean
  /** Gives up while still waiting: the promise rejects with its reason. */
  signal?: AbortSignal
}

interface Waiting<Task, Made> extends PromiseWithResolvers<Made> {
  name: string
  task: Task
  asked: number
}

/** A bounded line before a few places to work. Whoever is looking goes first; what several ask for is made once. */
export function createLine<Task, Made>({
  places,
  most,
  work,
}: {
  /** At work at the same time. */
  places: number
  /** That may wait. */
  most: number
  work(task: Task): Promise<Made>
}) {
  type Ask = Waiting<Task, Made>
  const urgent = new Set<Ask>()
  const background = new Set<Ask>()
  const known = new Map<string, Ask>()
  let running = 0
  let closed = false

  /** `name` says what is asked for. @throws {PreviewsBusy} not now */
  async function ask(name: string, task: Task, { urgent: looking, signal }: Asking): Promise<Made> {
    signal?.throwIfAborted()
    if (closed) throw new PreviewsBusy('closing')
    const waiting = known.get(name) ?? enter(name, task, looking)
    if (looking && background.delete(waiting)) urgent.add(waiting)
    waiting.asked++
    const left = Promise.withResolvers<never>()
    const giveUp = () => {
      if (!urgent.has(waiting) && !background.has(waiting)) return
      left.reject(signal?.reason)
      if (--waiting.asked === 0) leave(waiting)
    }
    signal?.addEventListener('abort', giveUp)
    advance()
    return await Promise.race([waiting.promise, left.promise]).finally(() =>
      signal?.removeEventListener('abort', giveUp),
    )
  }

  function enter(name: string, task: Task, looking: boolean): Ask {
    makeRoom(looking)
    const waiting = { ...Promise.withResolvers<Made>(), name, task, asked: 0 }
    waiting.promise.catch(() => {})
    known.set(name, waiting)
    ;(looking ? urgent : background).add(waiting)
    return waiting
  }

  function leave(waiting: Ask) {
    urgent.delete(waiting)
    background.delete(waiting)
    known.delete(waiting.name)
  }

  function makeRoom(looking: boolean) {
    if (urgent.size + background.size < most) return
    // Background work is asked for again by its queue; whoever is looking must not wait behind it.
    const evicted = looking ? [...background].at(-1) : undefined
    if (!evicted) throw new PreviewsBusy('too many are waiting')
    leave(evicted)
    evicted.reject(new PreviewsBusy('gave way to somebody looking'))
  }

  function advance() {
    while (running < places && !closed) {
      const [next] = urgent.size > 0 ? urgent : background
      if (!next) return
      urgent.delete(next)
      background.delete(next)
      void start(next)
    }
  }

  async function start(waiting: Ask) {
    running++
    await work(waiting.task).then(waiting.resolve, waiting.reject)
    running--
    known.delete(waiting.name)
    advance()
  }

  return {
    ask,

    /** Answers everybody who waits. What is at work is for `work` to end. */
    close() {
      closed = true
      for (const waiting of [...urgent, ...background]) {
        leave(waiting)
        waiting.reject(new PreviewsBusy('closing'))
      }
    },
  }
}
