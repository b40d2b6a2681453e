import { Clock, Effect } from 'effect'
import type { Bus } from '../drivers/bus.ts'
import type { ModbusError, ModbusException } from '../drivers/modbus-error.ts'
import type { WordBlock } from '../profiles/decode-values.ts'
import { bisected, type PlannedBlock, type Span } from './plan-reads.ts'

/** METERING: what a device refuses is tried again hourly; a firmware update may have brought it. */
export const QUARANTINE_MS = 3_600_000
const ILLEGAL_DATA_ADDRESS = 2

/** What a plan brought, and what the device does not let be read. */
export interface PlannedRead {
  readonly blocks: readonly WordBlock[]
  readonly quarantined: readonly Span[]
}

/**
 * Reads a plan again and again. A block that the device refuses as an illegal address is bisected until only what is
 * refused by itself is left out; the rest is read as it was found to work. After an hour the whole plan is tried again.
 * Fails with the refusal if nothing is left, and with any other error at once.
 */
export function makePlannedReader(
  bus: Bus,
  options: { readonly unit: number; readonly plan: readonly PlannedBlock[]; readonly gapMs?: number },
): Effect.Effect<PlannedRead, ModbusError> {
  const { unit, plan, gapMs = 0 } = options
  let working = plan
  let quarantined: readonly Span[] = []
  let refusedAtMs: number | null = null

  /** A block, or its refusal as an illegal address, which is an answer, too. */
  const readBlock = ({ table, first, end }: Span): Effect.Effect<WordBlock | ModbusException, ModbusError> => {
    const read = bus.read({ unit, address: first, count: end - first, table })
    return Effect.matchEffect(gapMs > 0 ? Effect.delay(read, gapMs) : read, {
      onFailure: (error) =>
        error._tag === 'ModbusException' && error.code === ILLEGAL_DATA_ADDRESS
          ? Effect.succeed(error)
          : Effect.fail(error),
      onSuccess: (words) => Effect.succeed({ table, address: first, words }),
    })
  }

  return Effect.gen(function* () {
    const nowMs = yield* Clock.currentTimeMillis
    if (refusedAtMs !== null && nowMs - refusedAtMs >= QUARANTINE_MS) {
      working = plan
      quarantined = []
      refusedAtMs = null
    }
    const pending = [...working]
    const blocks: WordBlock[] = []
    const works: PlannedBlock[] = []
    const refused: Span[] = []
    let refusal: ModbusException | null = null
    for (let block = pending.shift(); block !== undefined; block = pending.shift()) {
      const answer = yield* readBlock(block)
      if ('words' in answer) {
        blocks.push(answer)
        works.push(block)
        continue
      }
      refusal = answer
      const parts = bisected(block)
      if (parts.length === 0) refused.push({ table: block.table, first: block.first, end: block.end })
      pending.unshift(...parts)
    }
    if (refusal !== null) {
      if (blocks.length === 0) return yield* refusal
      working = works
      quarantined = [...quarantined, ...refused]
      refusedAtMs ??= nowMs
    }
    return { blocks, quarantined }
  })
}
