import { Schema } from 'effect'
import { SignedCommand as Signed, type SignedCommand } from '#protocol/device-command.ts'
import { verifiedCommand } from '#protocol/signing.ts'
import { ControlRefused } from './control-refused.ts'
import { CHANGES_MS, type ControlState } from './control-state.ts'
import type { ControlAction } from './controllable-device.ts'

/** What the people of a home allow: nothing that is not named. */
export interface ControlTerms {
  readonly deviceId: string
  /** whose commands are obeyed */
  readonly accounts: readonly string[]
  /** power of each action that is allowed, W, both ends included */
  readonly actions: { readonly [A in ControlAction]?: { readonly minW: number; readonly maxW: number } }
  readonly changesPerMinute: number
  readonly leaseMsMax: number
}

const isSigned = Schema.is(Signed)

/** A command that may be carried out, and its digest; or why not. Changes nothing. */
export function checkCommand(
  input: unknown,
  { terms, state, nowMs }: { readonly terms: ControlTerms; readonly state: ControlState; readonly nowMs: number },
): { readonly signed: SignedCommand; readonly digest: `0x${string}` } | ControlRefused {
  const refuse = (reason: ControlRefused['reason'], field: string, value: unknown, expected: string) =>
    new ControlRefused({ reason, field, value: String(value).slice(0, 80), expected })
  if (!isSigned(input)) return refuse('forged', 'the command', typeof input, 'a signed command')
  const digest = verifiedCommand(input)
  if (digest === null) return refuse('forged', 'signature', input.signature, `one of ${input.signer} over this command`)
  const { account, deviceId, action, powerW, expiresAtMs, nonce } = input.body
  if (input.signer !== account || !terms.accounts.includes(account)) {
    return refuse('not-authorised', 'signer', input.signer, `the home's account (${terms.accounts.join(', ')})`)
  }
  if (deviceId !== terms.deviceId) return refuse('other-device', 'deviceId', deviceId, terms.deviceId)
  const last = state.nonces.get(account) ?? 0
  if (nonce <= last) return refuse('replayed', 'nonce', nonce, `more than ${last}`)
  if (expiresAtMs <= nowMs) return refuse('expired', 'expiresAtMs', expiresAtMs, `later than now, ${nowMs}`)
  if (action === 'release') return { signed: input, digest }
  if (expiresAtMs - nowMs > terms.leaseMsMax) {
    return refuse('lease-too-long', 'expiresAtMs', expiresAtMs, `at most ${terms.leaseMsMax} ms from now`)
  }
  const range = terms.actions[action]
  if (range === undefined) {
    return refuse(
      'not-allowed',
      'action',
      action,
      `one of: ${Object.keys(terms.actions).join(', ') || 'none is allowed'}`,
    )
  }
  if (powerW < range.minW || powerW > range.maxW) {
    return refuse('out-of-range', 'powerW', powerW, `${range.minW} to ${range.maxW} for ${action}`)
  }
  const recent = state.changesMs.filter((changedMs) => Math.abs(nowMs - changedMs) < CHANGES_MS).length
  if (recent >= terms.changesPerMinute) {
    return refuse('too-often', 'command', `number ${recent + 1} in a minute`, `at most ${terms.changesPerMinute}`)
  }
  return { signed: input, digest }
}
