import { Hono } from 'hono'
import { sql } from 'kysely'
import type { OpenDatabase } from './db/open.ts'
import { answerHealth } from './http/health.ts'
import type { Log } from './log.ts'
import type { Settings } from './settings.ts'

export interface AppParts {
  settings: Settings
  /** The address that people type, without a final slash. */
  publicUrl: string
  /** Signs sessions and links. */
  secret: string
  log: Log
  database: OpenDatabase
}

export interface App {
  fetch(request: Request, env?: unknown): Response | Promise<Response>
  /** Where the first super admin is made, as long as there is none. */
  setupLink?: string
  close(): Promise<void>
}

/** Composes everything once. */
export async function createApp({ database }: AppParts): Promise<App> {
  const http = new Hono()
  http.get('/healthz', () => answerHealth({ database: () => sql`select 1`.execute(database.db) }))
  return { fetch: (request, env) => http.fetch(request, env as object), close: async () => {} }
}
