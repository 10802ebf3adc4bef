import type { RequestListener } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { Id } from '../core/api/shapes.ts'
import { Problem } from '../core/errors.ts'
import { type Actor, hatOf } from './access.ts'
import type { AuditLog } from './audit/log.ts'
import { openBody } from './files/body.ts'
import type { Downloads } from './files/downloads.ts'
import { FORM_BYTES } from './files/form-upload.ts'
import type { Answer } from './files/outgoing.ts'
import type { IncomingFile } from './files/single-upload.ts'
import type { Uploads } from './files/uploads.ts'
import type { createZips } from './files/zips.ts'
import { type Access, admit, type Caller, type Sessions } from './http/admission.ts'
import { answerExport } from './http/audit-export.ts'
import { readBodies, readJsonBodies } from './http/bodies.ts'
import { answerForm } from './http/forms.ts'
import { addressOf, limitConcurrency, refuseOtherOrigins, secureHeaders } from './http/guards.ts'
import { answerHealth, type Check, shareChecks } from './http/health.ts'
import { describeApi } from './http/openapi.ts'
import { createOperations, type Verbs } from './http/operations.ts'
import { openPages } from './http/pages.ts'
import { answerProblem } from './http/problems.ts'
import { sendAnswer, whenOver } from './http/sending.ts'
import type { Log } from './log.ts'
import type { Settings } from './settings.ts'

type Env = { Bindings: HttpBindings }

/** A way in: `path` as Hono writes it, below no prefix. */
export type Route = { method: string; path: string; access: Access }

/** `again` tells who is calling by now. */
type AnswerActor = (c: Context<Env>, actor: Actor, again: () => Promise<Actor>) => Promise<Response | Answer>
/** `over`: when the answer is out, or its connection gone. */
type AnswerBytes = (
  c: Context<Env>,
  actor: Actor,
  more: { readActor: () => Promise<Actor>; over: Promise<void> },
) => Promise<Answer>

type Needs = {
  settings: Pick<Settings, 'publicUrl' | 'trustProxy'>
  log: Log
  sessions: Sessions
  verbs: Verbs
  uploads: Uploads
  downloads: Downloads
  zips: ReturnType<typeof createZips>
  auditLog: AuditLog
  health: Record<string, Check>
  /** The folder of the built pages. */
  pages: string
}

/** HTTP for the modules: who may call what, how an error reads, what an answer may do in a browser. */
export async function createHttp(needs: Needs) {
  const { settings, log, sessions, uploads, downloads, zips } = needs
  const app = new Hono<Env>()
  const routes: Route[] = []
  const limited = limitConcurrency(500)

  /** The only way to add a route: it has a class, and nobody gets to its handler outside of it. */
  function route(
    access: Access,
    method: string,
    path: string,
    answer: (c: Context<Env>, caller: Caller) => Response | Answer | Promise<Response | Answer>,
  ) {
    routes.push({ method, path, access })
    app.on(method, path, async (c) => {
      const { headers } = c.req.raw
      const visit = { headers, ip: addressOf(c, settings.trustProxy), reply: new Headers() }
      // A body that is still coming takes no place: those are bounded by themselves.
      const answered = await limited(async () => answer(c, await admit(access, visit, sessions)))
      for (const [name, value] of visit.reply) c.env.outgoing.appendHeader(name, value)
      return answered instanceof Response ? answered : sendAnswer(answered, c.env.outgoing, log)
    })
  }
  const routeOfActor = (method: string, path: string, answer: AnswerActor) =>
    route('actor', method, path, (c, caller) => answer(c, actorOf(caller), againAs(caller, 'actor')))
  /** What answers with bytes, which go out for long after. */
  const routeOfBytes = (path: string, answer: AnswerBytes, access: 'actor' | 'professional' = 'actor') =>
    route(access, 'GET', path, (c, caller) =>
      answer(c, actorOf(caller), {
        readActor: againAs(caller, access),
        over: whenOver(c.env.outgoing),
      }),
    )
  const againAs = (caller: Caller, access: Access) => async () => {
    const now = actorOf(await admit(access, caller.visit, sessions))
    // What was begun under one hat isn't ended under another.
    if (hatOf(now) !== hatOf(actorOf(caller))) throw new Problem('stale_tab')
    return now
  }

  app.onError((error) => answerProblem(error, log))
  app.notFound(() => answerProblem(new Problem('not_found'), log))
  app.use(refuseOtherOrigins(settings.publicUrl))

  for (const method of ['POST', 'OPTIONS']) {
    routeOfActor(method, '/api/uploads', (c, ...who) => uploads.answer(c.req.raw, ...who))
  }
  for (const method of ['PATCH', 'DELETE', 'GET']) {
    // HEAD, which tells how far an upload has come, is matched as GET.
    routeOfActor(method, '/api/uploads/:uploadId', (c, ...who) => uploads.answer(c.req.raw, ...who))
  }
  routeOfActor('PUT', '/api/files/:name', (c, actor, readActor) =>
    uploads.put(fileOf(c), actor, nameOf(c), readActor),
  )

  const readForm = readBodies({ bytes: FORM_BYTES, seconds: 120, atOnce: 16 })
  routeOfActor('POST', '/api/files', async (c, actor, readActor) => {
    const { headers, url, body } = fileOf(c)
    return answerForm(
      await uploads.post({ headers, url, read: () => readForm(openBody(body)) }, actor, readActor),
      log,
    )
  })

  app.use('/api/*', readJsonBodies({ bytes: 1024 * 1024, seconds: 30, atOnce: 200 }))

  routeOfBytes('/api/items/:itemId/content', (c, actor, more) =>
    downloads.content(c.req.raw, actor, idOf(c), { inline: c.req.query('inline') !== undefined, ...more }),
  )
  routeOfBytes('/api/items/:itemId/preview/:variant', (c, actor, more) =>
    downloads.preview(c.req.raw, actor, idOf(c), { variant: c.req.param('variant') ?? '', ...more }),
  )
  routeOfBytes('/api/zip', (c, actor, more) => zips.answer(actor, c.req.query('ids') ?? '', more))
  routeOfBytes(
    '/api/audit/export',
    (c, actor, { readActor }) => answerExport(c.req.url, actor, readActor, needs.auditLog),
    'professional',
  )

  const { operations, answer: answerOperation } = createOperations(needs.verbs)
  for (const operation of operations) {
    const path = `/api${operation.path.replace(/\{(\w+)\}/g, ':$1')}`
    route(operation.access, operation.method, path, (c, caller) =>
      answerOperation(operation, c.req.raw, caller),
    )
  }

  const document = await describeApi()
  route('public', 'GET', '/api/openapi.json', (c) =>
    c.json(document, { headers: { 'Cache-Control': 'no-cache' } }),
  )
  const checks = shareChecks(needs.health)
  route('public', 'GET', '/healthz', () => answerHealth(checks, ['scanner']))
  app.all('/api/*', () => {
    throw new Problem('not_found')
  })
  route('public', 'GET', '/*', await openPages(needs.pages))

  refuseUnclassified(app, routes)
  const always = secureHeaders(settings.publicUrl?.startsWith('https:') ?? false)
  const answer = getRequestListener((request, bindings) => app.fetch(request, bindings))
  const listener: RequestListener = (incoming, outgoing) => {
    // First of all: some requests are refused by the library itself.
    outgoing.setHeaders(always)
    void answer(incoming, outgoing)
  }
  return { listener, routes }
}

function fileOf({ req, env }: Context<Env>): IncomingFile {
  const { headers, url } = req.raw
  return { headers, url, body: env.incoming }
}

/** A file's name in an address: a library that can't decode it would take it as it stands. @throws bad_request */
function nameOf({ req }: Context<Env>): string {
  try {
    return decodeURIComponent(new URL(req.url).pathname.split('/').at(-1) ?? '')
  } catch {
    throw new Problem('bad_request', { field: 'name' })
  }
}

/** In a path, whatever is no identifier is merely unknown. */
function idOf(c: Context<Env>): string {
  const id = Id.safeParse(c.req.param('itemId'))
  if (!id.success) throw new Problem('not_found')
  return id.data
}

function actorOf({ actor }: Caller): Actor {
  if (!actor) throw new Problem('not_found')
  return actor
}

/** @throws on a route that was added past `route` */
function refuseUnclassified(app: Hono<Env>, routes: readonly Route[]) {
  const classified = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  for (const { method, path } of app.routes) {
    const guardOfAll = method === 'ALL' && (path === '/*' || path === '/api/*')
    if (!guardOfAll && !classified.has(`${method} ${path}`)) {
      throw new Error(`${method} ${path} has no access class`)
    }
  }
}
