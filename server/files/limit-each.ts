import { type ErrorCode, Problem } from '../../core/errors.ts'

/** Does work for whoever has less than `max` under way in this process; else it throws a Problem of this `code`. */
export function limitEach(max: number, code: ErrorCode) {
  const underWay = new Map<string, number>()
  return async <T>(who: string, work: () => Promise<T>): Promise<T> => {
    const others = underWay.get(who) ?? 0
    if (others >= max) throw new Problem(code)
    underWay.set(who, others + 1)
    try {
      return await work()
    } finally {
      const left = (underWay.get(who) ?? 1) - 1
      if (left > 0) underWay.set(who, left)
      else underWay.delete(who)
    }
  }
}

/** The same for answers whose bodies are sent long after: each counts until it is `over`. */
export function limitAnswers(max: number, code: ErrorCode) {
  const inTurn = limitEach(max, code)
  return <T>(who: string, over: Promise<unknown>, begin: () => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    inTurn(who, async () => {
      resolve(await begin())
      await over
    }).catch(reject)
    return promise
  }
}
