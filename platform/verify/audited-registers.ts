import { Effect, type Scope } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { ProofFailed } from './proof-failed.ts'
import { openRegisters, RegistersCheck } from './registers-check.ts'

/** Holds every reading against the registers that its home kept, where it keeps them in the data folder. */
export class AuditedRegisters {
  decoded = 0
  /** readings whose registers are let go already, or kept elsewhere */
  gone = 0
  readonly #folder: string
  readonly #homes = new Map<string, RegistersCheck | null>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Takes the next event of the log. */
  readonly take = ({ event }: LoggedEvent): Effect.Effect<void, ProofFailed, Scope.Scope> =>
    Effect.gen({ self: this }, function* () {
      if (event.type === 'HomeEnrolled') {
        const { home, deviceId } = event.enrolment.body
        const kept = yield* openRegisters(this.#folder, home)
        const check = kept === null ? null : new RegistersCheck({ kept, step: 'registers', home, afterReset: false })
        this.#homes.set(deviceId, check)
      }
      if (event.type !== 'ReadingAccepted') return
      const reading = event.reading.body
      const found = yield* this.#homes.get(reading.deviceId)?.take(reading) ?? Effect.succeed('gone')
      if (found === 'decoded') this.decoded++
      else this.gone++
    })
}
