import type { RecordedReading } from '#meter-agent/index.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { eventPlace } from './evidence.ts'
import { firstDifference } from './first-difference.ts'
import { ProofFailed } from './proof-failed.ts'
import { stateAgain } from './state-again.ts'
import type { Logged } from './trade-story.ts'

interface Device {
  /** what a later statement may rest on */
  readings: RecordedReading[]
  /** statements whose readings are not all there yet */
  waiting: Logged<'StatementAccepted'>[]
}

/** Makes every statement again from its readings, as soon as the log has both. */
export class AuditedStatements {
  readonly #devices = new Map<string, Device>()
  /** statements made again */
  recomputed = 0
  /** estimates, which rest on no reading */
  estimated = 0
  /** statements some of whose readings were never published: thinned out in an outage, or still on their way */
  unfounded = 0

  /** Throws ProofFailed at the first statement that its readings do not give. */
  take(logged: LoggedEvent, slotMinutes: number): void {
    const { sequence, event } = logged
    if (event.type === 'ReadingAccepted') {
      const { body } = event.reading
      const device = this.#deviceOf(body.deviceId)
      device.readings.push({ reading: body, hash: event.hash })
      this.#settle(device, slotMinutes)
    } else if (event.type === 'StatementAccepted') {
      const { body } = event.statement
      if (body.estimated) {
        this.estimated++
        return
      }
      const device = this.#deviceOf(body.deviceId)
      device.waiting.push({ sequence, event })
      this.#settle(device, slotMinutes)
    }
  }

  /** After the last event: whose readings have not come by now stands by its signature. */
  end(): void {
    for (const { waiting } of this.#devices.values()) this.unfounded += waiting.length
  }

  #deviceOf(deviceId: string): Device {
    const device = this.#devices.get(deviceId) ?? { readings: [], waiting: [] }
    this.#devices.set(deviceId, device)
    return device
  }

  #settle(device: Device, slotMinutes: number): void {
    for (let first = device.waiting[0]; first !== undefined; first = device.waiting[0]) {
      const { body } = first.event.statement
      if ((device.readings.at(-1)?.reading.sequence ?? -1) < body.lastSequence) return
      device.waiting.shift()
      this.#check(first, device, slotMinutes)
      // The next slot begins between the last two readings of this one.
      device.readings = device.readings.filter(({ reading }) => reading.sequence >= body.lastSequence - 1)
    }
  }

  #check(logged: Logged<'StatementAccepted'>, { readings }: Device, slotMinutes: number): void {
    const { body } = logged.event.statement
    const behind = readings.filter(
      ({ reading }) => reading.sequence >= body.firstSequence && reading.sequence <= body.lastSequence,
    )
    if (behind.length < body.lastSequence - body.firstSequence + 1) {
      this.unfounded++
      return
    }
    const difference = firstDifference(stateAgain(behind, body, slotMinutes) ?? {}, body, 'statement.body')
    if (difference !== null) {
      const { path, expected, got } = difference
      throw new ProofFailed({ step: 'statements', place: eventPlace(logged, path), expected, got })
    }
    this.recomputed++
  }
}
