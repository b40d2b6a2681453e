import { Schema } from 'effect'
import { Count, Slug } from '#protocol/ids.ts'
import { ScenarioMarket } from './scenario-market.ts'

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const PeakKw = Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 100 }))
const Path = Schema.String.check(Schema.isMinLength(1)).annotate({
  description:
    'A path; a relative one starts at the folder of the scenario file. After the end of its data a CSV file goes on ' +
    'from as many whole days before.',
})
const Column = Schema.String.check(Schema.isMinLength(1)).annotate({
  description:
    'The column of values. Left out: the first of power_w, power_kw, energy_wh, energy_kwh, electricity, power.',
})
const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

/** How many homes a scenario may have. */
export const HOMES_MAX = 10_000
/** How many of them may be live: each gets a port of its own. */
export const LIVE_HOMES_MAX = 200

const CsvLoad = Schema.Struct({ csv: Path, column: Schema.optionalKey(Column) })
const AnnualLoad = Schema.Struct({
  annualKwh: Schema.Finite.check(Schema.isBetween({ minimum: 300, maximum: 50_000 })),
})
const CsvRoof = Schema.Struct({ csv: Path, column: Schema.optionalKey(Column), peakKw: PeakKw })
const GeneratedRoof = Schema.Struct({
  peakKw: PeakKw,
  tiltDeg: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 90 })),
  azimuthDeg: described(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 360 })),
    'From north, clockwise: 180 faces south.',
  ),
})
const HomeBattery = Schema.Struct({
  capacityWh: Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 1_000_000 })),
  powerW: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 })),
  chargeEfficiency: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 1 }))),
  dischargeEfficiency: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 1 }))),
  minSoc: Schema.optionalKey(Share),
  maxSoc: Schema.optionalKey(Share),
  initialSoc: Schema.optionalKey(Share),
})

/** One home, written out. */
export const ScenarioHome = Schema.Struct({
  home: Slug,
  load: described(
    Schema.Union([CsvLoad, AnnualLoad]),
    'Measured (mean W, kW, Wh or kWh by the ending of the column) or generated.',
  ),
  roof: Schema.optionalKey(
    described(
      Schema.Union([CsvRoof, GeneratedRoof]),
      'Measured, per unit of peak power unless the column ends in a unit, or generated under the street’s sky.',
    ),
  ),
  battery: Schema.optionalKey(described(HomeBattery, 'Needs a roof: it charges from the surplus of its own sun.')),
})
export type ScenarioHome = typeof ScenarioHome.Type

const Generate = Schema.Struct({
  homes: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: HOMES_MAX })),
  pvShare: Schema.optionalKey(described(Share, 'The share of homes with a roof, spread evenly; 0.6.')),
  batteryShare: Schema.optionalKey(described(Share, 'The share of roofs with a battery, spread evenly; 0.4.')),
})

const Folder = Schema.Struct({
  load: described(Path, 'Every CSV file in this folder is a home, named for its file, in order of name.'),
  roofs: Schema.optionalKey(described(Path, 'The CSV files in this folder are roofs, given to the homes in turn.')),
  roofPeakKw: Schema.optionalKey(
    described(Schema.Array(PeakKw).check(Schema.isMinLength(1)), 'Peak powers, given to the roofs in turn; [6].'),
  ),
  pvShare: Schema.optionalKey(described(Share, 'The share of homes with a roof, spread evenly; 0.6.')),
  batteryShare: Schema.optionalKey(described(Share, 'The share of roofs with a battery, spread evenly; 0.4.')),
})

/** A street: where, when, and what its homes are made of. Published as scenario.schema.json. */
export const Scenario = Schema.Struct({
  $schema: Schema.optionalKey(described(Schema.String, 'Where an editor finds this schema.')),
  neighbourhood: Slug,
  start: described(
    Schema.String.check(
      Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:00(\.0+)?)?(Z|[+-]\d\d:\d\d)$/u, {
        expected: 'a whole minute as ISO 8601 with a zone, such as 2026-06-21T06:00:00Z',
      }),
    ),
    'When simulated time begins: ISO 8601 with a zone, a whole minute, e.g. 2026-06-21T06:00:00Z.',
  ),
  seed: Schema.optionalKey(described(Count, 'What all that is drawn depends on; 1.')),
  latitude: Schema.optionalKey(
    described(Schema.Finite.check(Schema.isBetween({ minimum: -66, maximum: 66 })), 'North positive; 52.4.'),
  ),
  longitude: Schema.optionalKey(
    described(Schema.Finite.check(Schema.isBetween({ minimum: -180, maximum: 180 })), 'East positive; 13.1.'),
  ),
  homes: Schema.Union([
    Schema.Array(ScenarioHome).check(Schema.isMinLength(1), Schema.isMaxLength(HOMES_MAX)),
    Schema.Struct({ generate: Generate }),
    Schema.Struct({ folder: Folder }),
  ]),
  market: Schema.optionalKey(
    described(ScenarioMarket, 'How `simulate` lets the street exchange; `start` does not read it.'),
  ),
})
export type Scenario = typeof Scenario.Type

/** The JSON Schema (draft 2020-12) that scenario.schema.json holds. */
export function scenarioJsonSchema(): object {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Scenario, { onExcessProperty: 'error' })
  const named = Object.keys(definitions).length === 0 ? {} : { $defs: definitions }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Commonwatt scenario', ...schema, ...named }
}
