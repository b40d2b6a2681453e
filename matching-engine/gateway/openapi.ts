import { Schema } from 'effect'
import { SignedDeviceJoin } from '#protocol/device-join.ts'
import {
  SignedCancel,
  SignedControl,
  SignedEnrolment,
  SignedOrder,
  SignedReading,
  SignedSession,
  SignedStatement,
} from '#protocol/envelope.ts'
import { ERROR_CATALOGUE_PATH, refusals } from '#protocol/refusal.ts'
import manifest from '../../package.json' with { type: 'json' }
import { MAX_ENVELOPES } from './message-doors.ts'
import { problems } from './problems.ts'
import type { Route } from './router.ts'

type Taken = NonNullable<Route['takes']>

const envelopes = {
  enrolment: SignedEnrolment,
  session: SignedSession,
  reading: SignedReading,
  statement: SignedStatement,
  order: SignedOrder,
  cancel: SignedCancel,
  control: SignedControl,
  deviceJoin: SignedDeviceJoin,
} as const satisfies Record<Taken, Schema.Top>

/** An OpenAPI 3.1 description of routes; the bodies' schemas are the ones that the doors check by. */
export function openapiOf(routes: readonly Route[]) {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.pattern.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Commonwatt',
      version: manifest.version,
      license: { name: manifest.license },
      description: `One neighbourhood's market. Every refusal has a code: see ${ERROR_CATALOGUE_PATH}.`,
    },
    paths,
    components: { schemas: { ...envelopeSchemas(), Outcome: outcome, Problem: problem } },
  }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const nameOf = (kind: Taken) => `Signed${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
const content = (schema: object, type = 'application/json') => ({ content: { [type]: { schema } } })

function operationOf({ summary, pattern, takes, input, method, contentType }: Route) {
  const parameters = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(takes === undefined ? {} : { requestBody: { required: true, ...content(bodyOf(method, takes)) } }),
    ...(input === undefined
      ? {}
      : { requestBody: { required: true, ...content(Schema.toJsonSchemaDocument(input).schema) } }),
    responses: { ...answersOf({ method, takes, contentType }), default: failure },
  }
}

function bodyOf(method: Route['method'], kind: Taken) {
  const one = ref(nameOf(kind))
  return method === 'POST' && kind !== 'deviceJoin'
    ? { oneOf: [one, { type: 'array', items: one, maxItems: MAX_ENVELOPES }] }
    : one
}

function answersOf(route: {
  readonly method: Route['method']
  readonly takes: Taken | undefined
  readonly contentType: string | undefined
}) {
  const { method, takes, contentType } = route
  if (takes === undefined) {
    return { 200: { description: 'what was asked for', ...content({}, contentType) } }
  }
  if (takes === 'deviceJoin') {
    return {
      200: { description: 'registered, with its id', ...content(deviceAnswer) },
      202: { description: 'under way: ask again', ...content(deviceAnswer) },
    }
  }
  if (method === 'DELETE') return { 200: { description: 'cancelled', ...content(ref('Outcome')) } }
  return {
    201: { description: 'the one message was taken', ...content(ref('Outcome')) },
    200: {
      description: 'what became of each message of the array, in order',
      ...content({ type: 'array', items: ref('Outcome') }),
    },
  }
}

function envelopeSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(envelopes).map(([kind, schema]) => [
      nameOf(kind as Taken),
      Schema.toJsonSchemaDocument(schema).schema,
    ]),
  )
}

const text = { type: 'string' }

const failure = { description: 'a problem document (RFC 9457)', ...content(ref('Problem'), 'application/problem+json') }

const deviceAnswer = {
  type: 'object',
  required: ['device'],
  properties: { device: { type: ['integer', 'null'] } },
}

const outcome = {
  oneOf: [
    { type: 'object', required: ['accepted', 'id'], properties: { accepted: { const: true }, id: text } },
    {
      type: 'object',
      required: ['accepted', 'code', 'detail'],
      properties: {
        accepted: { const: false },
        code: { enum: Object.keys(refusals) },
        detail: text,
        field: text,
      },
    },
  ],
}

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { enum: [...Object.keys(refusals), ...Object.keys(problems)] },
    field: text,
    error: text,
  },
}
