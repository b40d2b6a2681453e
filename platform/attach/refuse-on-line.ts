import { Effect } from 'effect'
import type { AttachFailure } from '#matching-engine/index.ts'
import type { AttachedMeter } from '#protocol/attach.ts'
import { refuse } from './attach-refusal.ts'

/**
 * Refuses an address, spelled in full, that a meter is read at already, and one on a serial line that is read with
 * another speed or parity. Another unit of the same line is welcome: they take turns.
 */
export function refuseOnLine(
  address: string,
  meters: readonly Pick<AttachedMeter, 'home' | 'address'>[],
): Effect.Effect<void, AttachFailure> {
  const twin = meters.find((meter) => meter.address === address)
  if (twin !== undefined) return refuse('METER_ATTACHED', `${twin.home} is read at ${address} already`, 'address')
  if (!address.startsWith('rtu:')) return Effect.void
  const [tty, settings] = lineOf(address)
  const otherwise = meters.map((meter) => lineOf(meter.address)).find(([path, set]) => path === tty && set !== settings)
  if (otherwise === undefined) return Effect.void
  const detail = `the line is read as ${otherwise.join('?')}: all meters on it have the same speed and parity, not ${settings}`
  return refuse('LINE_SET_OTHERWISE', detail, 'address')
}

/** The tty of a serial line, and how it is set. */
function lineOf(address: string): readonly [tty: string, settings: string] {
  const [tty = '', query = ''] = address.split('?')
  return [tty, query.replace(/&?unit=\d+$/, '')]
}
