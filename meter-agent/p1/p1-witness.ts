import type { Witness } from '../witness.ts'
import type { Telegram } from './telegram.ts'

/** What a telegram says beside its sample. Its counters have digits for more than a meter's life, and no end is known. */
export function p1Witness({ phases }: Pick<Telegram, 'phases'>): Witness {
  const powers = phases.flatMap(({ powerW }) => powerW ?? [])
  return {
    voltageV: phases.flatMap(({ voltageV }) => voltageV ?? []),
    ...(powers.length > 0 && powers.length === phases.length ? { phasePowerW: powers } : {}),
  }
}
