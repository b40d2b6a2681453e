import { Effect, Option } from 'effect'
import type { AttachFailure } from '#matching-engine/index.ts'
import type { AttachScan, FoundMeter, ScanAnswer } from '#protocol/attach.ts'
import type { BadInput } from '../bad-input.ts'
import { HOSTS_AT_A_TIME, linesOfHosts, rangeOf, scanLine } from '../scan-meters.ts'

const ADDRESSES_MAX = 256
const TIMEOUT_MS = 1_000
/** What has not been asked by then is not. */
const SCAN_MS = 45_000
const DEFAULT_PORT = 502

/** Asks the Modbus addresses that it is given, and no others, what they are. */
export const scanNetwork = (wish: AttachScan): Effect.Effect<ScanAnswer, AttachFailure> =>
  Effect.gen(function* () {
    const { hosts, port = DEFAULT_PORT } = wish
    const lines = yield* asField('hosts', linesOfHosts({ hosts: hosts.trim(), port }))
    const units = yield* asField('units', rangeOf('--units', wish.units ?? '1', { least: 0, most: 255 }))
    const asked = lines.length * units.length
    if (asked > ADDRESSES_MAX) {
      const detail = `${lines.length} hosts with ${units.length} units each are more than ${ADDRESSES_MAX} addresses`
      return yield* Effect.fail<AttachFailure>({ is: 'wrong', field: 'hosts', detail })
    }
    const devices: FoundMeter[] = []
    const whole = yield* Effect.forEach(
      lines,
      (line) =>
        Effect.forEach(
          units,
          (unit) =>
            Effect.map(scanLine(line, { units: [unit], timeoutMs: TIMEOUT_MS }), (found) => {
              devices.push(...found.map(({ url, ...what }) => ({ address: url, ...what })))
            }),
          { discard: true },
        ),
      { concurrency: HOSTS_AT_A_TIME, discard: true },
    ).pipe(Effect.timeoutOption(SCAN_MS))
    return { asked, complete: Option.isSome(whole), devices }
  })

/** The words of the command line, about a field of a request. */
const asField = <A>(field: string, read: Effect.Effect<A, BadInput>): Effect.Effect<A, AttachFailure> =>
  Effect.mapError(read, ({ detail }) => ({
    is: 'wrong',
    field,
    detail: detail.replaceAll(/--(?=hosts|units|port)/g, ''),
  }))
