import { Effect } from 'effect'
import type { AttachFailure } from '#matching-engine/index.ts'
import { type DeviceReport, type MeterError, readDevice } from '#meter-agent/index.ts'
import type { ProbeAnswer } from '#protocol/attach.ts'
import type { NamedDevice } from './device-of-request.ts'

/** The slowest P1 port speaks every ten seconds. */
const PROBE_MS = 15_000

/** Reads a device once and tells what `meter read` shows of it, and whether a home can be settled by it. */
export const probeMeter = ({ device, address }: NamedDevice): Effect.Effect<ProbeAnswer, AttachFailure> =>
  readDevice({ device }).pipe(
    Effect.mapError(failureOf),
    Effect.timeoutOrElse({ duration: PROBE_MS, orElse: () => Effect.fail(silent(address)) }),
    Effect.map((report) => ({
      address,
      profile: report.profile,
      device: report.device,
      measurements: report.measurements,
      fault: faultOf(report),
    })),
  )

const silent = (address: string): AttachFailure => ({
  is: 'unreadable',
  error: 'Silence',
  detail: `${address} said nothing whole within ${PROBE_MS / 1_000} s`,
})

/** What was named and cannot be used is the asker's; everything else is the device's. */
function failureOf(error: MeterError): AttachFailure {
  const { _tag, message } = error
  return /^Bad(?:Modbus|Opcua|P1|Mqtt)Url$/.test(_tag)
    ? { is: 'wrong', field: 'address', detail: message }
    : { is: 'unreadable', error: _tag, detail: message }
}

function faultOf({ measurements: { grid } }: DeviceReport): ProbeAnswer['fault'] {
  if (grid === undefined) return 'no-grid'
  return grid.importWh.value === null || grid.exportWh.value === null ? 'no-counters' : null
}
