import { type Logger, pino } from 'pino'
import type { Settings } from './settings.ts'

export type Log = Logger

/**
 * One line per event on stdout: JSON, or plain text on a terminal.
 * What people name or write (file names, questions, addresses with tokens) is never logged: ids and codes are.
 */
export function createLog(level: Settings['logLevel'], out: NodeJS.WriteStream = process.stdout): Log {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.password', '*.token', '*.secret', '*.cookie', '*.authorization', '*.connectionString'],
  }
  return out.isTTY ? pino(options, { write: (line) => out.write(plain(line)) }) : pino(options, out)
}

function plain(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line)
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
  const stack = err?.stack ? `\n${err.stack}` : ''
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${msg ?? ''}${details.join('')}${stack}\n`
}
