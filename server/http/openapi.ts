import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { Hat as HatShape, Me } from '../../core/api/account.ts'
import { contract } from '../../core/api/contract.ts'
import { Consequences, Space } from '../../core/api/files.ts'
import { Stakeholder } from '../../core/api/involvement.ts'
import { ClientRecord, Contact, GroupRecord } from '../../core/api/people.ts'
import { Item } from '../../core/api/shapes.ts'
import { ERRORS } from '../../core/errors.ts'
import { OTHER_OPERATIONS } from './openapi-bytes.ts'
import { listOperations } from './operations.ts'

const problem = {
  description: 'What went wrong',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

type Operation = { parameters?: unknown[]; responses?: object; security?: never[]; [field: string]: unknown }

const Hat = {
  name: 'Carnet-As',
  in: 'header',
  description: 'As whom the caller believes to act; another than the session says is refused: `stale_tab`.',
  schema: { type: 'string', format: 'uuid' },
}

const Problem = {
  type: 'object',
  description:
    'A problem document (RFC 9457); `code` says what, `data` holds numbers and names for a sentence.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    data: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
    instance: { type: 'string', format: 'uri', description: 'Names an unexpected failure in the log.' },
  },
}

/** The OpenAPI document of everything below /api, and of /healthz. */
export async function describeApi() {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const schemas = {
    Item,
    Contact,
    ClientRecord,
    GroupRecord,
    Space,
    Stakeholder,
    Consequences,
    Hat: HatShape,
    Me,
  }
  const document = await generator.generate(contract, {
    info: {
      title: 'Carnet',
      version: '1',
      description:
        'Files between health and fitness professionals and their clients. Sign in for a session cookie. Times are ISO 8601 in UTC, sizes are bytes. What the caller may not see does not exist: 404.',
    },
    commonSchemas: Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, { schema, strategy: 'output' }]),
    ),
    filter: true,
  })
  const access = new Map(listOperations().map(({ method, path, access }) => [`${method} ${path}`, access]))
  const paths: Record<string, Record<string, object>> = {}
  const add = (path: string, method: string, { parameters = [], ...operation }: Operation) => {
    const hat = operation.security ? [] : [{ $ref: '#/components/parameters/Hat' }]
    const responses = { ...operation.responses, default: problem }
    paths[path] = {
      ...paths[path],
      [method]: { ...operation, parameters: [...parameters, ...hat], responses },
    }
  }
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const open = access.get(`${method.toUpperCase()} ${path}`) === 'public'
      add(`/api${path}`, method, { ...operation, ...(open && { security: [] }) })
    }
  }
  for (const { method, path, ...operation } of OTHER_OPERATIONS) add(path, method, operation)
  return {
    ...document,
    paths,
    security: [{ session: [] }],
    components: {
      schemas: { ...document.components?.schemas, Problem },
      parameters: { Hat },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'carnet.session' } },
    },
  }
}
