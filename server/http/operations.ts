import { ORPCError } from '@orpc/client'
import {
  type AnyContractProcedure,
  type ContractProcedure,
  isContractProcedure,
  ValidationError,
} from '@orpc/contract'
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { type AnyRouter, implement } from '@orpc/server'
import { contract } from '../../core/api/contract.ts'
import { Problem } from '../../core/errors.ts'
import { type Access, type Caller, OPERATIONS, type WhoOf } from './admission.ts'

type Contract = typeof contract

type Verb<Procedure, Who> =
  Procedure extends ContractProcedure<infer I, infer O, infer _Errors, infer _Meta>
    ? (
        who: Who,
        input: NonNullable<I['~standard']['types']>['output'],
      ) => Promise<NonNullable<O['~standard']['types']>['input']>
    : never

type VerbsOf<Noun extends keyof Contract> = {
  [Name in keyof Contract[Noun] & keyof (typeof OPERATIONS)[Noun]]: Verb<
    Contract[Noun][Name],
    WhoOf<Extract<(typeof OPERATIONS)[Noun][Name], Access>>
  >
}

/** The modules' verbs, named as in the contract. Each is first given who calls, as its access class says. */
export type Verbs = { [Noun in keyof Contract]: VerbsOf<Noun> }

export type Operation = {
  noun: string
  name: string
  access: Access
  method: string
  /** As in OpenAPI, below /api: `/items/{itemId}`. */
  path: string
  procedure: AnyContractProcedure
}

/** Every operation of the contract with who may call it. @throws on one without a class, or a class without one */
export function listOperations(): Operation[] {
  const classes: Record<string, Record<string, Access>> = OPERATIONS
  const operations = Object.entries(contract).flatMap(([noun, procedures]) =>
    Object.entries<unknown>(procedures).map(([name, procedure]) => {
      const access = classes[noun]?.[name]
      if (!access || !isContractProcedure(procedure)) throw new Error(`${noun}.${name} has no access class`)
      const { method, path } = procedure['~orpc'].route
      if (!method || !path) throw new Error(`${noun}.${name} has no method or path`)
      return { noun, name, access, method, path, procedure }
    }),
  )
  const classified = Object.values(classes).flatMap((names) => Object.keys(names)).length
  if (classified !== operations.length) throw new Error('an access class is for no operation')
  return operations
}

/** Answers the operations of the contract, below /api: reads the input, calls the verb, writes the output. */
export function createOperations(verbs: Verbs) {
  const operations = listOperations()
  // The type of `verbs` has paired every verb with its row; by name they are all alike.
  const byName = verbs as unknown as Record<
    string,
    Record<string, (who: unknown, input: unknown) => Promise<unknown>>
  >
  const router: Record<string, Record<string, AnyRouter>> = {}
  for (const { noun, name, access, procedure } of operations) {
    const verb = byName[noun]?.[name]
    if (!verb) throw new Error(`${noun}.${name} has no verb`)
    router[noun] ??= {}
    router[noun][name] = implement(procedure)
      .$context<{ caller: Caller }>()
      .handler(({ input, context: { caller } }) => verb(whoOf(access, caller), input))
  }

  const handler = new OpenAPIHandler<{ caller: Caller; failed?: unknown }>(router as never, {
    interceptors: [
      async ({ next, context }) => {
        try {
          return await next()
        } catch (error) {
          context.failed = error
          throw error
        }
      },
    ],
  })

  async function answer(operation: Operation, request: Request, caller: Caller): Promise<Response> {
    const context: { caller: Caller; failed?: unknown } = { caller }
    // HEAD is answered as GET is; whoever sends it leaves the body out.
    const asked = request.method === 'HEAD' ? new Request(request, { method: 'GET' }) : request
    const { matched, response } = await handler.handle(asked, { prefix: '/api', context })
    if ('failed' in context) throw refusal(context.failed, operation)
    if (!matched) throw new Problem('not_found')
    response.headers.set('Cache-Control', 'no-store')
    return response
  }

  return { operations, answer }
}

function whoOf(access: Access, { visit, session, actor }: Caller) {
  return access === 'public' ? visit : access === 'session' ? session : actor
}

/** What is wrong with the input, in the closed list's words; other errors as they are. */
function refusal(error: unknown, { noun, name, path }: Operation): unknown {
  if (!(error instanceof ORPCError && error.cause instanceof ValidationError)) return error
  const issues = error.cause.issues as readonly Issue[]
  const field = (issue: Issue) => issue.path?.join('.') ?? ''
  if (error.code !== 'BAD_REQUEST') {
    return new Error(`the output of ${noun}.${name} is not as described: ${listed(issues.map(field))}`)
  }
  // In a path, whatever is no identifier is merely unknown.
  if (issues.some((issue) => path.includes(`{${field(issue)}}`))) return new Problem('not_found')
  const unknown = issues.flatMap((issue) => issue.keys ?? [])
  if (unknown.length > 0) return new Problem('unknown_field', { field: listed(unknown) })
  if (issues.some((issue) => issue.format === 'email')) return new Problem('email_invalid')
  return new Problem('bad_request', { field: listed(issues.map(field)) })
}

type Issue = { path?: readonly PropertyKey[]; keys?: readonly string[]; format?: string }

function listed(fields: readonly string[]): string {
  return [...new Set(fields)].slice(0, 10).join(', ').slice(0, 200)
}
