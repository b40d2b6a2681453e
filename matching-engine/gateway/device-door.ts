import { Effect, Result, Schema } from 'effect'
import { deviceKeyOf, enrolledKey, SignedDeviceJoin, wrongSignatureOf } from '#protocol/device-join.ts'
import { keccak } from '#protocol/signing.ts'
import { malformed, strictly } from '../admission/decode.ts'
import { type Answer, json } from './answer.ts'
import type { RegistryFailure } from './device-registry-port.ts'
import { type Market, marketStopping } from './message-doors.ts'
import { HttpProblem, refused } from './problems.ts'

/** The furthest that a deadline may lie ahead, seconds. */
const DEADLINE_SECONDS_MAX = 86_400
/** Seconds until who asked may ask again. */
const RETRY_SECONDS = 10

/**
 * Takes the request to register the device of a home: 200 with its id once it is registered, also by an earlier
 * request; 202 while that is under way.
 */
export function takeDeviceJoin(market: Market, body: unknown): Effect.Effect<Answer, HttpProblem> {
  const register = market.registry?.registerDevice
  if (market.isStopping()) return Effect.fail(marketStopping())
  if (register === undefined) {
    const detail = "send it to the DeviceRegistry's join, with what it asks for as a bond"
    return Effect.fail(new HttpProblem({ code: 'NO_REGISTRY', detail }))
  }
  return checked(market, body).pipe(
    Effect.flatMap((signed) => Effect.mapError(register(signed), problemOf)),
    Effect.map((device) => json(device === null ? 202 : 200, { device })),
  )
}

const decode = Schema.decodeUnknownResult(SignedDeviceJoin, strictly)

/** A request by both its signatures for the very device that a home of this market has enrolled. */
const checked = Effect.fnUntraced(function* ({ neighbourhood: { street }, clock, registry }: Market, body: unknown) {
  const decoded = decode(body)
  if (Result.isFailure(decoded)) return yield* refused(malformed(decoded.failure))
  const signed = decoded.success
  const { neighbourhood, name, owner, key, deadline } = signed.join
  const no = (code: 'WRONG_NEIGHBOURHOOD' | 'UNKNOWN_HOME' | 'NOT_AUTHORISED', field: string, detail: string) =>
    new HttpProblem({ code, detail, field: `join.${field}` })

  if (neighbourhood !== keccak(street.neighbourhood)) {
    const detail = `${neighbourhood} is not the keccak256 of ${street.neighbourhood}`
    return yield* no('WRONG_NEIGHBOURHOOD', 'neighbourhood', detail)
  }
  const home = street.homeOfAccount.get(owner)
  if (home === undefined || registry === undefined || street.domain === null) {
    return yield* no('UNKNOWN_HOME', 'owner', `no home of ${street.neighbourhood} has enrolled by ${owner}`)
  }
  const { deviceId, deviceSigner } = home
  if (name !== keccak(deviceId)) {
    // Whose request it is shows at its signatures: until then names are not told.
    return yield* no('NOT_AUTHORISED', 'name', `${name} is not the keccak256 of the device that ${owner} has enrolled`)
  }
  const enrolled = deviceKeyOf(enrolledKey(deviceSigner), registry.p256Verifier)
  if (key !== enrolled) {
    return yield* no('NOT_AUTHORISED', 'key', `the device was enrolled with ${enrolled}, not ${key}`)
  }
  const nowSeconds = Math.floor(clock.nowMs() / 1_000)
  const latest = nowSeconds + DEADLINE_SECONDS_MAX
  if (deadline < nowSeconds || deadline > latest) {
    const detail = `${deadline} is not within ${nowSeconds} and ${latest}`
    return yield* new HttpProblem({ code: 'WRONG_DEADLINE', detail, field: 'join.deadline' })
  }
  const wrong = wrongSignatureOf(street.domain, signed)
  if (wrong !== null) {
    const detail = `it is not the signature of ${wrong === 'ownerSignature' ? owner : deviceSigner} over this request`
    return yield* new HttpProblem({ code: 'BAD_SIGNATURE', detail, field: wrong })
  }
  return signed
})

/** What the registry itself said no to, or that it did not answer. */
function problemOf({ message, revert }: RegistryFailure): HttpProblem {
  if (revert === undefined) {
    return new HttpProblem({
      code: 'REGISTRY_SILENT',
      detail: message,
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
  }
  if (revert === 'NonceUsed') return new HttpProblem({ code: 'NONCE_USED', detail: message, field: 'join.nonce' })
  return new HttpProblem({ code: 'DEVICE_REFUSED', detail: message })
}
