import { createServer, type IncomingMessage } from 'node:http'
import { Effect, type Scope } from 'effect'
import type { MarketLook } from '#meter-agent/market-watch.ts'
import { type SignedDeviceJoin, wrongSignatureOf } from '#protocol/device-join.ts'
import type {
  SignedControl,
  SignedMessage,
  SignedOrder,
  SignedReading,
  SignedSession,
  SignedStatement,
} from '#protocol/envelope.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Outcome, Positions } from '#protocol/messages.ts'
import { type RefusalCode, refusals } from '#protocol/refusal.ts'
import { isWithin } from '#protocol/session.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import { slotAt, slotStartMs } from '#protocol/slot.ts'
import { publishedTypes } from '#protocol/typed-data.ts'
import { freePort } from './modbus-serial.ts'

/** where messages are taken */
const doors = ['POST enrolments', 'POST sessions', 'POST readings', 'POST statements', 'POST orders', 'DELETE orders']

export const domain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 31_337,
  verifyingContract: `0x${'1'.repeat(40)}`,
} as const

/** what P-256 keys begin with on its chain */
export const VERIFIER = `0x${'7e'.repeat(20)}` as const

type HomeMessage = Exclude<SignedMessage, SignedControl>

/** What the test gateway has taken, and the switches that make it fail. */
export interface TestGateway {
  readonly url: string
  readonly sessions: SignedSession[]
  readonly readings: SignedReading[]
  readonly statements: SignedStatement[]
  readonly orders: Map<string, { readonly order: SignedOrder; openWh: number; energyWh: number }>
  /** every envelope that arrived, taken or not */
  readonly arrived: HomeMessage[]
  readonly enrolments: () => number
  readonly requests: () => number
  /** what it says of its books */
  market: MarketLook
  /** how requests end: answered; taken but the answer is lost; not taken at all; failed with a 500 */
  mode: 'answers' | 'loses-answers' | 'is-silent' | 'fails'
  /** refuse messages of this path with a code */
  readonly refuse: Map<string, RefusalCode>
  neighbourhood: string
  chainId: number
  /** what its chain's registry makes of devices: an id, not yet, a refusal; null: there is no chain */
  registry: number | 'under way' | RefusalCode | null
  /** every request to register a device that arrived */
  readonly joins: SignedDeviceJoin[]
  /** what it says of the home that has enrolled, if anything else than the truth */
  enrolledAs: {
    readonly home: string
    readonly account: string
    /** left out: it tells no names */
    readonly deviceId?: string
    readonly deviceSigner: string
  } | null
}

/** Plays the market's door over real HTTP: checks signatures, sequences, the chain and nonces as a market would. */
export const serveGateway = (options: {
  readonly nowMs: () => number
  readonly port?: number
}): Effect.Effect<TestGateway, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = options.port ?? (yield* freePort)
    const nonces = new Set<number>()
    let enrolments = 0
    let requests = 0
    const gateway: TestGateway = {
      url: `http://127.0.0.1:${port}`,
      sessions: [],
      readings: [],
      statements: [],
      orders: new Map(),
      arrived: [],
      enrolments: () => enrolments,
      requests: () => requests,
      market: { slot: [], bidEurPerMWh: [], askEurPerMWh: [], lastEurPerMWh: [], lastWh: [] },
      mode: 'answers',
      refuse: new Map(),
      neighbourhood: 'elm-street',
      chainId: domain.chainId,
      registry: null,
      joins: [],
      enrolledAs: null,
    }
    const no = (code: RefusalCode): Outcome => ({ accepted: false, code, detail: `test says ${code}` })

    const take = (path: string, envelope: HomeMessage): Outcome => {
      const digest = verifiedDigest({ domain: { ...domain, chainId: gateway.chainId }, envelope })
      gateway.arrived.push(envelope)
      const told = gateway.refuse.get(path)
      if (digest === null) return no('BAD_SIGNATURE')
      if (told !== undefined) return no(told)
      const yes: Outcome = { accepted: true, id: digest }
      if ('nonce' in envelope.body) {
        if (envelope.kind === 'enrolment' && enrolments > 0) return no('ALREADY_ENROLLED')
        if (nonces.has(envelope.body.nonce)) return no('NONCE_USED')
        nonces.add(envelope.body.nonce)
      }
      if (envelope.kind === 'enrolment') {
        enrolments++
        const { home, account, deviceId, deviceSigner } = envelope.body
        gateway.enrolledAs ??= { home, account, deviceId, deviceSigner }
      } else if (envelope.kind === 'session') {
        const last = gateway.sessions.at(-1)
        if (last !== undefined && envelope.body.sequence <= last.body.sequence) return no('STALE_SEQUENCE')
        gateway.sessions.push(envelope)
      } else if (envelope.kind === 'reading') {
        const { algorithm, signer, body } = envelope
        const isLet = gateway.sessions.some((one) => one.body.streamKey === signer && isWithin(one.body, body.timeMs))
        if (algorithm === 'ed25519' && !isLet) return no('NOT_AUTHORISED')
        const last = gateway.readings.at(-1)
        if (last !== undefined && envelope.body.sequence <= last.body.sequence) return no('STALE_SEQUENCE')
        const lastHash = last === undefined ? null : verifiedDigest({ domain, envelope: last })
        if (lastHash !== null && envelope.body.previousHash !== lastHash) return no('BROKEN_CHAIN')
        gateway.readings.push(envelope)
      } else if (envelope.kind === 'statement') {
        const { slot } = envelope.body
        if (gateway.statements.some(({ body }) => body.slot === slot)) return no('STATEMENT_EXISTS')
        gateway.statements.push(envelope)
      } else if (envelope.kind === 'cancel') {
        return gateway.orders.delete(envelope.body.orderId) ? yes : no('UNKNOWN_ORDER')
      } else {
        const { replaces, energyWh } = envelope.body
        const old = [...gateway.orders].find(([, { order }]) => order.body.nonce === replaces)
        if (replaces !== 0 && old === undefined) return no('NOT_OPEN')
        const openWh = old === undefined ? energyWh : energyWh - (old[1].energyWh - old[1].openWh)
        gateway.orders.set(old?.[0] ?? digest, { order: envelope, energyWh, openWh })
      }
      return yes
    }

    const positions = (): Positions => {
      const nowMs = options.nowMs()
      const first = slotAt({ timeMs: nowMs, slotMinutes: 15 })
      return {
        home: 'no-7',
        timeMs: nowMs,
        slots: Array.from({ length: 8 }, (_, i) => first + i).map((slot) => ({
          slot,
          phase: slotStartMs({ slot, slotMinutes: 15 }) - 300_000 > nowMs ? 'continuous' : 'closed',
          boughtWh: 0,
          soldWh: 0,
          openOrders: [...gateway.orders]
            .filter(([, { order }]) => order.body.slot === slot)
            .map(([orderId, { order, openWh, energyWh }]) => ({
              orderId: orderId as `0x${string}`,
              nonce: order.body.nonce,
              side: order.body.side,
              priceEurPerMWh: order.body.priceEurPerMWh,
              energyWh,
              openWh,
            })),
        })),
      }
    }
    const registered = (signed: SignedDeviceJoin): { status: number; json: unknown } => {
      gateway.joins.push(signed)
      const { registry } = gateway
      const problem = (code: RefusalCode) => ({ status: refusals[code].status, json: { code, detail: 'test says so' } })
      if (wrongSignatureOf({ ...domain, chainId: gateway.chainId }, signed) !== null) return problem('BAD_SIGNATURE')
      if (typeof registry === 'number') return { status: 200, json: { device: registry } }
      return registry === 'under way' ? { status: 202, json: { device: null } } : problem(registry ?? 'NO_REGISTRY')
    }
    const answer = (method: string, path: string, body: string): { status: number; json: unknown } => {
      if (path === '/api/v1/protocol') {
        const { neighbourhood, chainId, registry } = gateway
        const p256Verifier = registry === null ? null : VERIFIER
        const protocol = { domain: { ...domain, chainId }, rules: defaultMarketRules, neighbourhood }
        return { status: 200, json: { ...protocol, timeMs: options.nowMs(), types: publishedTypes, p256Verifier } }
      }
      if (path === '/api/v1/homes') {
        return { status: 200, json: gateway.enrolledAs === null ? [] : [gateway.enrolledAs] }
      }
      if (path === '/api/v1/market') return { status: 200, json: gateway.market }
      if (/^\/api\/v1\/homes\/0x[0-9a-f]{40}\/positions$/.test(path)) return { status: 200, json: positions() }
      const door = `${method} ${path.split('/')[3]}`
      if (path !== '/api/v1/devices' && !doors.includes(door)) return { status: 404, json: {} }
      const said = jsonOf(body)
      if (said === null) return { status: 400, json: {} }
      if (path === '/api/v1/devices') return registered(said as SignedDeviceJoin)
      const taken = said as HomeMessage | readonly HomeMessage[]
      if (Array.isArray(taken)) return { status: 200, json: taken.map((one: HomeMessage) => take(door, one)) }
      const outcome = take(door, taken as HomeMessage)
      return outcome.accepted
        ? { status: 201, json: outcome }
        : { status: refusals[outcome.code].status, json: { ...refusals[outcome.code], ...outcome } }
    }

    yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          requests++
          const respond = (body: string) => {
            if (gateway.mode === 'is-silent') return
            if (gateway.mode === 'fails') return void response.writeHead(500).end()
            const { status, json } = answer(request.method ?? '', request.url ?? '', body)
            if (gateway.mode === 'loses-answers') return void request.socket.destroy()
            response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
          }
          void textOf(request).then(respond, () => undefined) // who hangs up midway gets no answer
        }).listen(port, '127.0.0.1', () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        }),
    )
    return gateway
  })

/** null where it is none */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
