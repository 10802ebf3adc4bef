import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '../../core/errors.ts'
import { createWorld } from '../world.ts'

type Operation = {
  operationId: string
  summary: string
  responses: Record<string, unknown>
  security?: unknown[]
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> }
}

test('the document describes every route, and nothing else', async (t) => {
  const world = await createWorld(t)
  const document = (await (await world.visitor().fetch('/api/openapi.json')).json()) as Document
  assert.match(document.openapi, /^3\.1/)

  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      route: `${method.toUpperCase()} ${path}`,
      open: security?.length === 0,
    })),
  )
  const routes = world.routes
    .filter(({ path }) => path !== '/*')
    .map(({ method, path, access }) => ({
      // HEAD is all that is answered there, and is matched as GET.
      route: `${path === '/api/uploads/:uploadId' && method === 'GET' ? 'HEAD' : method} ${path.replace(/:(\w+)/g, '{$1}')}`,
      open: access === 'public',
    }))
  const sorted = (rows: { route: string }[]) => rows.sort((a, b) => a.route.localeCompare(b.route))
  assert.deepEqual(sorted(described), sorted(routes))
})

test('operations are named once, say what they do, and point at what exists', async (t) => {
  const world = await createWorld(t)
  const text = await (await world.visitor().fetch('/api/openapi.json')).text()
  const document: Document = JSON.parse(text)
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { summary, responses } of operations) {
    assert.ok(summary)
    assert.ok(responses.default)
    assert.ok(Object.keys(responses).some((status) => status.startsWith('2')))
  }
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(document.components.schemas[name], name)
  }
  assert.deepEqual(document.components.schemas.Problem?.properties.code?.enum, Object.keys(ERRORS))
  for (const name of ['Item', 'Contact', 'Stakeholder'])
    assert.ok(text.includes(`"#/components/schemas/${name}"`))
})
