import { Effect, Option } from 'effect'
import type { P1Device } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'

/**
 * The P1 port that a command was given, if it was: as the address `p1:…`, or by `--p1`, which takes a path as it is,
 * too, and then one below /dev for a tty.
 */
export const p1DeviceOf = (given: {
  readonly address: Option.Option<string>
  readonly p1: Option.Option<string>
}): Effect.Effect<P1Device | undefined, BadInput> =>
  Effect.gen(function* () {
    const address = Option.getOrUndefined(given.address)
    const p1 = Option.getOrUndefined(given.p1)
    if (address !== undefined && p1 !== undefined) {
      return yield* new BadInput({ detail: 'name one device: either p1:… or --p1' })
    }
    if (address !== undefined && !/^p1:/i.test(address)) {
      const detail = `"${address}" is no address like p1:tcp://HOST:PORT; other devices stand behind --modbus or --opcua`
      return yield* new BadInput({ detail })
    }
    const url = address ?? (p1 === undefined ? undefined : urlOf(p1))
    return url === undefined ? undefined : { type: 'p1', url }
  })

function urlOf(p1: string): string {
  if (/^(?:tcp|serial|file):/i.test(p1)) return `p1:${p1}`
  return p1.startsWith('/dev/') ? `p1:serial:${p1}` : `p1:file:${p1}`
}
