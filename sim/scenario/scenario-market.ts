import { Schema } from 'effect'
import { traderNames } from '#meter-agent/index.ts'
import { poolCoefficients } from '../simulation/community-pool.ts'
import { forecasts, mechanisms } from '../simulation/simulation-terms.ts'

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const GramsPerKwh = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2_000 }))

/** How `simulate` lets a street exchange; `start` does not read it. */
export const ScenarioMarket = Schema.Struct({
  mechanism: Schema.optionalKey(
    described(
      Schema.Literals(mechanisms),
      'Continuous trading until the gate, a call that trades all at one price at the gate, or a community that shares what was metered; continuous.',
    ),
  ),
  coefficients: Schema.optionalKey(
    described(
      Schema.Literals(poolCoefficients),
      'Of a community pool: shared in proportion to what each home lacks, or in equal parts; by-demand.',
    ),
  ),
  traders: Schema.optionalKey(
    described(
      Schema.Array(Schema.Literals(traderNames)).check(Schema.isMinLength(1)),
      'Given to the homes in turn; three ramps and one of zero intelligence, as in start.',
    ),
  ),
  forecast: Schema.optionalKey(
    described(
      Schema.Literals(forecasts),
      'What homes expect of their next slots: what their agent does, or what will be; regression.',
    ),
  ),
  tradeEveryMinutes: Schema.optionalKey(
    described(Schema.Literals([1, 3, 5, 15]), 'How often each home looks at its orders; 5.'),
  ),
  emissionsGPerKwh: Schema.optionalKey(
    described(
      Schema.Union([GramsPerKwh, Schema.Array(GramsPerKwh).check(Schema.isMinLength(24), Schema.isMaxLength(24))]),
      'What a kWh from the grid emits, g: one number, or one an hour of the UTC day; 363 (Germany 2024, UBA).',
    ),
  ),
})
export type ScenarioMarket = typeof ScenarioMarket.Type
