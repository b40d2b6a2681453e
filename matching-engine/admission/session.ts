import { isEd25519Key } from '#protocol/ed25519.ts'
import type { SignedSession } from '#protocol/envelope.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { isWithin, SESSION_MS_MAX } from '#protocol/session.ts'
import type { StreetHome } from '#protocol/street.ts'
import { type MarketView, neighbourhoodRefusal, refuse, unknownDevice, wrongDeviceSigner } from './market-view.ts'

/** Checks of a session before its signature: an enrolled device's key, a time that is one, a key that is one. */
export function sessionRefusal(view: MarketView, { body, signer }: SignedSession): Refusal | null {
  const elsewhere = neighbourhoodRefusal(view, body)
  if (elsewhere !== null) return elsewhere
  const { deviceId, fromMs, untilMs, streamKey } = body
  const home = view.street.homeOfDevice.get(deviceId)
  if (home === undefined) return unknownDevice(deviceId)
  if (signer !== home.deviceSigner) return wrongDeviceSigner(deviceId, signer)
  const longest = fromMs + SESSION_MS_MAX
  if (untilMs <= fromMs || untilMs > longest) {
    return refuse('MALFORMED', `untilMs ${untilMs} is not above fromMs ${fromMs}, or above ${longest}`, 'body.untilMs')
  }
  if (isEd25519Key(streamKey)) return null
  return refuse('MALFORMED', `${streamKey} is no Ed25519 public key`, 'body.streamKey')
}

/** Checks of a session that its device has really signed: sequences only rise, so that none can be said again. */
export function signedSessionRefusal(view: MarketView, { body }: SignedSession): Refusal | null {
  const home = view.street.homeOfDevice.get(body.deviceId)
  if (home === undefined) return unknownDevice(body.deviceId)
  const last = home.sessions.at(-1)
  if (last === undefined || body.sequence > last.sequence) return null
  return refuse('STALE_SEQUENCE', `session ${body.sequence} is not above ${last.sequence}`, 'body.sequence')
}

/** NOT_AUTHORISED unless a session of the device lets the key sign what was read at this time. */
export function streamKeyRefusal(home: StreetHome, streamKey: string, timeMs: number): Refusal | null {
  const ofKey = home.sessions.filter((session) => session.streamKey === streamKey)
  if (ofKey.some((session) => isWithin(session, timeMs))) return null
  const last = ofKey.at(-1)
  const { deviceId } = home
  const detail =
    last === undefined
      ? `no session lets ${streamKey} sign for device ${deviceId}: send one to /api/v1/sessions, or sign with its own key`
      : `${streamKey} signs for device ${deviceId} from ${last.fromMs} on and before ${last.untilMs}, not at ${timeMs}`
  return refuse('NOT_AUTHORISED', detail, 'signer')
}
