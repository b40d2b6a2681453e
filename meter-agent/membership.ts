import { Effect, Schema } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import { Address, Count } from '#protocol/ids.ts'
import { MarketRules } from '#protocol/market-rules.ts'
import { addressOf, secp256k1Signer, sign } from '#protocol/signing.ts'
import { type AgentOptions, NotJoined } from './agent-options.ts'
import type { HomeAnswer } from './gateway-answers.ts'
import type { GatewayClient, MarketProtocol } from './gateway-client.ts'
import { type GatewayError, GatewayMismatch, GatewayRefused } from './gateway-error.ts'
import { type Outbox, OutboxFailure } from './outbox/outbox.ts'

/** A home's membership in its neighbourhood, remembered across restarts. */
export interface Membership {
  /** the market's domain and rules as first heard */
  readonly protocol: Effect.Effect<MarketProtocol, NotJoined>
  readonly isEnrolled: () => boolean
  /** Checks that the market is the known one, once a run, and enrols the home, once in its life. */
  readonly enrol: Effect.Effect<void, GatewayError | OutboxFailure>
  /**
   * Has the market register the enrolled device on its chain, once in its life. True when it has, also where the market
   * registers none; false while that is under way, and for half a minute after a failure.
   */
  readonly register: Effect.Effect<boolean, GatewayError | OutboxFailure>
  /** The market has forgotten the home: enrol again, and see whether its chain still knows the device. */
  readonly forgotten: Effect.Effect<void>
}

/** How long a request to register a device is good for: the market takes a day at most. */
const JOIN_SECONDS = 43_200
/** So long a market that has refused to register a device, or failed to, is not asked again, wall ms. */
const ASK_AGAIN_MS = 30_000

const StoredProtocol = Schema.fromJsonString(
  Schema.Struct({
    domain: Schema.Struct({
      name: Schema.Literal('Commonwatt'),
      version: Schema.Literal('1'),
      chainId: Count,
      verifyingContract: Address,
    }),
    rules: MarketRules,
    neighbourhood: Schema.String,
  }),
)

/** Reads what the home remembers of its market. */
export const openMembership = (
  options: Pick<
    AgentOptions,
    'home' | 'neighbourhood' | 'deviceId' | 'deviceKey' | 'accountKey' | 'gatewayUrl' | 'dataFile'
  >,
  outbox: Outbox,
  gateway: GatewayClient,
): Effect.Effect<Membership, OutboxFailure> =>
  Effect.gen(function* () {
    const { home, neighbourhood, deviceId, deviceKey, accountKey, gatewayUrl } = options
    const remembered = yield* outbox.recall('protocol')
    let protocol: MarketProtocol | null =
      remembered === null ? null : Schema.decodeUnknownSync(StoredProtocol)(remembered)
    let checked = false
    const account = yield* outbox.recall('enrolled')
    if (account !== null && account !== addressOf(accountKey)) {
      const detail = `it is the memory of the home of ${account}, not of ${addressOf(accountKey)}, whose key is here`
      return yield* new OutboxFailure({ file: options.dataFile, detail })
    }
    let enrolled = account !== null
    let registered = (yield* outbox.recall('registered')) !== null
    let askAgainAtMs = 0

    const learn = Effect.gen(function* () {
      const heard = yield* gateway.protocol
      const mismatch = mismatchOf({ heard, known: protocol, neighbourhood })
      if (mismatch !== null) return yield* new GatewayMismatch({ url: gatewayUrl, ...mismatch })
      protocol = heard
      const { domain, rules } = heard
      yield* outbox.remember('protocol', JSON.stringify({ domain, rules, neighbourhood }))
      checked = true
      return heard
    })

    const registration = Effect.gen(function* () {
      const { domain, p256Verifier, timeMs } = yield* gateway.protocol
      if (p256Verifier === null) return 'none'
      // A number of its own each time: whichever arrives first registers the device, the others find it there.
      const nonce = yield* outbox.takeNonce
      const deadline = Math.floor(timeMs / 1_000) + JOIN_SECONDS
      const owner = secp256k1Signer(accountKey)
      const letter = { domain, neighbourhood, deviceId, owner, device: deviceKey, p256Verifier, deadline, nonce }
      const device = yield* gateway.registerDevice(signDeviceJoin(letter))
      return device === null ? null : String(device)
    }).pipe(
      Effect.catchIf(
        (error) => error._tag === 'GatewayRefused' && error.code === 'NO_REGISTRY',
        () => Effect.succeed('none'),
      ),
      Effect.tapError(() =>
        Effect.sync(() => {
          askAgainAtMs = performance.now() + ASK_AGAIN_MS
        }),
      ),
    )

    const isOurs = (body: HomeAnswer) =>
      Effect.map(gateway.homes, (homes) => {
        const there = homes.find(({ account }) => account === body.account)
        if (there === undefined || there.deviceSigner !== body.deviceSigner) return false
        return there.deviceId === undefined || (there.deviceId === body.deviceId && there.home === body.home)
      })

    return {
      protocol: Effect.suspend(() =>
        protocol === null ? Effect.fail(new NotJoined({ home })) : Effect.succeed(protocol),
      ),
      isEnrolled: () => checked && enrolled,
      enrol: Effect.gen(function* () {
        if (checked && enrolled) return
        const { domain } = yield* learn
        if (enrolled) return
        const body = {
          neighbourhood,
          home,
          account: addressOf(accountKey),
          deviceId,
          deviceSigner: deviceKey.signer,
          nonce: yield* outbox.takeNonce,
        }
        const letter = sign({ domain, kind: 'enrolment', body, privateKey: accountKey })
        const outcome = yield* gateway.enrol(letter)
        // Enrolled by an earlier run, or by the first try of a request whose answer was lost; or somebody else is.
        if (!outcome.accepted && !(outcome.code === 'ALREADY_ENROLLED' && (yield* isOurs(body)))) {
          return yield* new GatewayRefused({ url: gatewayUrl, ...outcome })
        }
        yield* outbox.remember('enrolment', canonicalJson({ ...letter })) // says whose the log is that it stands in
        yield* outbox.remember('enrolled', body.account)
        enrolled = true
      }),
      register: Effect.gen(function* () {
        if (registered || !checked || !enrolled || performance.now() < askAgainAtMs) return registered
        const device = yield* registration
        if (device !== null && device !== 'none') yield* outbox.remember('registered', device)
        registered = device !== null
        return registered
      }),
      forgotten: Effect.sync(() => {
        enrolled = false
        registered = false
      }),
    }
  })

/** What keeps a home from joining the market it hears. Its readings are chained under one domain, its slots have one length. */
function mismatchOf(market: {
  readonly heard: MarketProtocol
  readonly known: MarketProtocol | null
  readonly neighbourhood: string
}): { readonly field: string; readonly value: string; readonly expected: string; readonly advice?: string } | null {
  const { heard, known, neighbourhood } = market
  if (heard.neighbourhood !== neighbourhood) {
    return { field: 'neighbourhood', value: heard.neighbourhood, expected: neighbourhood }
  }
  if (known === null) return null
  if (known.neighbourhood !== heard.neighbourhood) {
    return { field: 'neighbourhood', value: heard.neighbourhood, expected: known.neighbourhood, advice: BEGUN_ANEW }
  }
  const terms = ({ domain, rules }: MarketProtocol) => canonicalJson({ ...domain, slotMinutes: rules.slotMinutes })
  if (terms(heard) === terms(known)) return null
  return { field: 'domain', value: inWords(heard), expected: inWords(known), advice: BEGUN_ANEW }
}

const BEGUN_ANEW =
  'The street there has begun anew, or another one answers at its address; what this home has recorded and signed is for ' +
  'the one that it joined. Name the address of that one, or join this one as a new home: with another data folder (--data)'

const inWords = ({ domain, rules }: MarketProtocol): string =>
  `contract ${domain.verifyingContract} on chain ${domain.chainId} with slots of ${rules.slotMinutes} minutes`
