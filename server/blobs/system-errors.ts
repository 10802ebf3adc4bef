import { StorageFailed, StorageFull } from './port.ts'

/** The same verb, whose errors of the operating system come out as the store's. */
export function translated<Args extends unknown[], Result>(verb: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await verb(...args)
    } catch (error) {
      throw asStorageError(error as Error)
    }
  }
}

/** An error of the operating system as the store's own; any other as it is. */
export function asStorageError(error: Error): Error {
  if (!isSystemError(error)) return error
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(error.code ?? '')
  return new (full ? StorageFull : StorageFailed)(`${error.syscall}: ${error.code}`, { cause: error })
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
