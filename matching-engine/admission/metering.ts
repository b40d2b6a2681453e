import type { SignedEnrolment, SignedReading, SignedStatement } from '#protocol/envelope.ts'
import { HOMES_MAX } from '#protocol/market-rules.ts'
import { isP256Key } from '#protocol/p256.ts'
import type { Refusal } from '#protocol/refusal.ts'
import type { Statement } from '#protocol/statement.ts'
import {
  type MarketView,
  neighbourhoodRefusal,
  nonceRefusal,
  ownSignerRefusal,
  refuse,
  slotTimes,
  unknownDevice,
  wrongDeviceSigner,
} from './market-view.ts'
import { streamKeyRefusal } from './session.ts'

const MINUTE_MS = 60_000
const ZERO_HASH = `0x${'0'.repeat(64)}`

/** Checks of an enrolment before its signature: home, account and device each enrol once, while there is room. */
export function enrolmentRefusal(view: MarketView, { body, signer }: SignedEnrolment): Refusal | null {
  const { street } = view
  const elsewhere = neighbourhoodRefusal(view, body) ?? ownSignerRefusal(signer, body.account)
  if (elsewhere !== null) return elsewhere
  const taken = (field: 'home' | 'account' | 'deviceId') =>
    refuse('ALREADY_ENROLLED', `${field} ${body[field]} is enrolled already`, `body.${field}`)
  if (street.homes.has(body.home)) return taken('home')
  if (street.homeOfAccount.has(body.account)) return taken('account')
  if (street.homeOfDevice.has(body.deviceId)) return taken('deviceId')
  const { deviceSigner } = body
  if (deviceSigner.length > 42 && !isP256Key(deviceSigner)) {
    return refuse('MALFORMED', `${deviceSigner} is no point of P-256`, 'body.deviceSigner')
  }
  if (street.homes.size < HOMES_MAX) return null
  return refuse('NEIGHBOURHOOD_FULL', `${street.neighbourhood} has ${HOMES_MAX} homes, as many as it can settle`)
}

/** Checks of an enrolment that its account has really signed. */
export function signedEnrolmentRefusal(view: MarketView, { body }: SignedEnrolment): Refusal | null {
  return nonceRefusal(view, body)
}

/** Checks of a reading before its signature: an enrolled device's key, or one that it lets sign, at a time that can be. */
export function readingRefusal(view: MarketView, { algorithm, body, signer }: SignedReading): Refusal | null {
  const home = view.street.homeOfDevice.get(body.deviceId)
  if (home === undefined) return unknownDevice(body.deviceId)
  if (algorithm === 'ed25519') {
    const refusal = streamKeyRefusal(home, signer, body.timeMs)
    if (refusal !== null) return refusal
  } else if (signer !== home.deviceSigner) return wrongDeviceSigner(body.deviceId, signer)
  const latestMs = view.nowMs + view.rules.slotMinutes * MINUTE_MS
  if (body.timeMs <= latestMs) return null
  return refuse('TIME_AHEAD', `timeMs ${body.timeMs} is more than a slot ahead of ${view.nowMs}`, 'body.timeMs')
}

/**
 * Checks of a reading that its device has really signed: it comes after the last one, and the very next one names
 * the last one's hash. A gap in the sequence is taken as one, and stays visible: a long outage thins the outbox.
 */
export function signedReadingRefusal(view: MarketView, { body }: SignedReading): Refusal | null {
  const home = view.street.homeOfDevice.get(body.deviceId)
  if (home === undefined) return unknownDevice(body.deviceId)
  const { readingSequence, readingHash } = home
  if (body.sequence <= readingSequence) {
    return refuse('STALE_SEQUENCE', `sequence ${body.sequence} is not above ${readingSequence}`, 'body.sequence')
  }
  if (readingSequence < 0 || body.sequence > readingSequence + 1 || body.previousHash === readingHash) return null
  return refuse('BROKEN_CHAIN', `the reading before has hash ${readingHash}`, 'body.previousHash')
}

/** Checks of a statement before its signature: the right signer for its kind, and a slot that waits for it. */
export function statementRefusal(view: MarketView, { body, signer }: SignedStatement): Refusal | null {
  const elsewhere = neighbourhoodRefusal(view, body)
  if (elsewhere !== null) return elsewhere
  const home = view.street.homeOfDevice.get(body.deviceId)
  if (home === undefined) return unknownDevice(body.deviceId)
  if (home.account !== body.account) {
    return refuse('NOT_AUTHORISED', `device ${body.deviceId} belongs to account ${home.account}`, 'body.account')
  }
  if (!body.estimated && signer !== home.deviceSigner) return wrongDeviceSigner(body.deviceId, signer)
  if (body.estimated && signer !== view.operator) {
    return refuse('NOT_AUTHORISED', 'estimates are signed by the operator only', 'signer')
  }
  return shapeRefusal(body) ?? amountRefusal(view, body) ?? slotRefusal(view, body)
}

/** Checks of a statement that was really signed: one a device and slot, and none once an estimate stands for it. */
export function signedStatementRefusal(view: MarketView, { body }: SignedStatement): Refusal | null {
  const slot = view.street.slots.get(body.slot)
  const stated = slot?.statements.get(body.account)
  if (stated !== undefined && (body.estimated || !stated.estimated)) {
    return refuse('STATEMENT_EXISTS', `device ${body.deviceId} has a statement of slot ${body.slot}`, 'body.slot')
  }
  if (stated === undefined && slot?.phase !== 'settling') return null
  return refuse('SLOT_SETTLED', `slot ${body.slot} is settled without this statement`, 'body.slot')
}

function shapeRefusal(body: Statement): Refusal | null {
  if (!body.estimated) {
    if (body.firstSequence <= body.lastSequence) return null
    return refuse('MALFORMED', `firstSequence is above lastSequence ${body.lastSequence}`, 'body.firstSequence')
  }
  if (body.firstSequence !== 0) return refuse('MALFORMED', 'an estimate rests on no reading: 0', 'body.firstSequence')
  if (body.lastSequence !== 0) return refuse('MALFORMED', 'an estimate rests on no reading: 0', 'body.lastSequence')
  if (body.chainHead === ZERO_HASH) return null
  return refuse('MALFORMED', 'an estimate rests on no reading: 32 zero bytes', 'body.chainHead')
}

/** Without a bound one home's counter could make the whole batch's money too large to be exact, and stop it. */
function amountRefusal({ rules: { maxOrderWh } }: MarketView, body: Statement): Refusal | null {
  for (const field of ['importWh', 'exportWh'] as const) {
    if (body[field] <= maxOrderWh) continue
    const detail = `${field} ${body[field]} is above the ${maxOrderWh} Wh that a home can have in a slot`
    return refuse('INVALID_QTY', detail, `body.${field}`)
  }
  return null
}

function slotRefusal(view: MarketView, { slot, estimated }: Statement): Refusal | null {
  const { endMs, meteringDeadlineMs } = slotTimes(slot, view.rules)
  if (endMs > view.nowMs) {
    return refuse('SLOT_NOT_DELIVERED', `slot ${slot} is delivered at ${endMs}; it is ${view.nowMs}`, 'body.slot')
  }
  const phase = view.street.slots.get(slot)?.phase
  if (phase === undefined || phase === 'settled') {
    return refuse('SLOT_SETTLED', `slot ${slot} is ${phase ?? 'not held by this market'}`, 'body.slot')
  }
  if (!estimated || meteringDeadlineMs <= view.nowMs) return null
  const detail = `slot ${slot} may be estimated from ${meteringDeadlineMs}; it is ${view.nowMs}`
  return refuse('NOT_AUTHORISED', detail, 'body.estimated')
}
