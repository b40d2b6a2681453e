import type { Statement } from '#protocol/statement.ts'
import type { Street } from '#protocol/street.ts'
import { slotTimes } from './admission/market-view.ts'
import type { MarketMemory } from './market-memory.ts'

/**
 * Estimates for the statements that the metering deadline has passed without: the import that the home stated of its
 * latest slot (persistence), else none; never any export, so that silence does not pay. Unsigned; the operator signs
 * them.
 */
export function missingStatements(from: {
  readonly street: Street
  readonly memory: Pick<MarketMemory, 'lastStatement'>
  readonly nowMs: number
}): readonly Statement[] {
  const { street, memory, nowMs } = from
  const { rules, neighbourhood } = street
  if (rules === null) return []
  const missing: Statement[] = []
  for (const { slot, phase, statements } of street.slots.values()) {
    if (phase === 'settling' || phase === 'settled' || slotTimes(slot, rules).meteringDeadlineMs > nowMs) continue
    for (const { account, deviceId } of street.homes.values()) {
      if (statements.has(account)) continue
      const last = memory.lastStatement(account)
      missing.push({
        deviceId,
        account,
        neighbourhood,
        slot,
        importWh: last?.importWh ?? 0,
        exportWh: 0,
        firstSequence: 0,
        lastSequence: 0,
        chainHead: `0x${'0'.repeat(64)}`,
        quality: 0,
        estimated: true,
      })
    }
  }
  return missing
}
