import { Effect, type Scope } from 'effect'
import type { Party } from './party.ts'
import type { ProofFailed } from './proof-failed.ts'
import type { ReadingsBehind } from './readings-behind.ts'
import type { ReceiptStep } from './receipt.ts'
import { openRegisters, RegistersCheck, registersPlace } from './registers-check.ts'

/**
 * The registers behind readings: what the home kept of each meter answer, decoded again, gives the reading that was
 * signed. Fails with ProofFailed. Open where the home keeps them elsewhere, or not any more.
 */
export const registersStep = (
  folder: string,
  { readings, afterReset }: ReadingsBehind,
  { role, home }: Party,
): Effect.Effect<ReceiptStep, ProofFailed> =>
  Effect.gen(function* (): Effect.fn.Return<ReceiptStep, ProofFailed, Scope.Scope> {
    const step = { step: 'registers', party: role, place: registersPlace(home) } as const
    const kept = yield* openRegisters(folder, home)
    if (kept === null) return { ...step, state: 'open', detail: `${home} keeps its registers elsewhere` }
    const check = new RegistersCheck({ kept, step: `${role}: registers`, home, afterReset })
    let gone = 0
    for (const { event } of readings) if ((yield* check.take(event.reading.body)) === 'gone') gone++
    const bodies = readings.map(({ event }) => event.reading.body)
    if (gone > 0) {
      return { ...step, state: 'open', detail: `${gone} of ${readings.length} meter answers are not kept any more` }
    }
    const span = `import ${bodies[0]?.importWh} to ${bodies.at(-1)?.importWh} Wh, export ${bodies[0]?.exportWh} to ${bodies.at(-1)?.exportWh} Wh`
    return { ...step, state: 'proven', detail: `${readings.length} meter answers decoded again: ${span}` }
  }).pipe(Effect.scoped)
