import { gridOf } from '../device-snapshot.ts'
import type { CounterFacts, Witness } from '../witness.ts'
import type { Points } from './decode-model.ts'
import type { ModelDefinition } from './models.ts'

/** What a meter model says beside its sample. Its counters of 32 bits begin at 0 again after 2³² counts. */
export function sunspecWitness({ id, points: definitions }: ModelDefinition, points: Points): Witness {
  const { voltageV, frequencyHz } = gridOf(id, points)
  const volts = voltageV.flatMap(({ value }) => value ?? [])
  const named = ['WphA', 'WphB', 'WphC'].slice(0, voltageV.length).map((name) => points[name])
  const phasePowerW = named.flatMap((value) => (typeof value === 'number' ? value : []))
  const counter = (name: string): CounterFacts => {
    const { type, scaleFactor } = definitions.find(({ name: defined }) => defined === name) ?? {}
    const power = points[scaleFactor ?? '']
    const scale = typeof power === 'number' ? power : null
    const unitWh = scale === null ? null : 10 ** scale
    return { unitWh, modulusWh: unitWh === null || type !== 'acc32' ? null : 2 ** 32 * unitWh, scale }
  }
  return {
    importCounter: counter('TotWhImp'),
    exportCounter: counter('TotWhExp'),
    voltageV: volts,
    ...(frequencyHz.value === null ? {} : { frequencyHz: frequencyHz.value }),
    ...(phasePowerW.length > 1 && phasePowerW.length === named.length ? { phasePowerW } : {}),
  }
}
