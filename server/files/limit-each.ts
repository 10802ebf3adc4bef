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

/** The same for answers whose bodies are sent long after: each counts until it has `ended`. */
export function limitStreams(max: number, code: ErrorCode) {
  const inTurn = limitEach(max, code)
  return (
    who: string,
    begin: () => Promise<{ response: Response; ended?: Promise<unknown> }>,
  ): Promise<Response> => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    inTurn(who, async () => {
      const { response, ended } = await begin()
      resolve(response)
      await ended
    }).catch(reject)
    return promise
  }
}
