import { Schema } from 'effect'
import { Count, Slug } from '#protocol/ids.ts'
import { ScenarioGrid } from './scenario-grid.ts'
import { ScenarioMarket } from './scenario-market.ts'
import { ScenarioTariff } from './scenario-tariff.ts'

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
/** Up to what an old people's home takes. */
const AnnualLoad = Schema.Struct({
  annualKwh: Schema.Finite.check(Schema.isBetween({ minimum: 300, maximum: 500_000 })),
})
const CsvRoof = Schema.Struct({ csv: Path, column: Schema.optionalKey(Column), peakKw: PeakKw })
const GeneratedRoof = Schema.Struct({
  peakKw: PeakKw,
  tiltDeg: Schema.optionalKey(
    described(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 90 })), 'From flat, 0; 30.'),
  ),
  azimuthDeg: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 360 })),
      'From north, clockwise: 180 faces south; 180.',
    ),
  ),
})
const Efficiency = Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 1 }))
const PowerW = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
const HomeBattery = Schema.Struct({
  capacityWh: Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 1_000_000 })),
  powerW: Schema.optionalKey(described(PowerW, 'The most it discharges with; half the capacity in an hour.')),
  chargePowerW: Schema.optionalKey(described(PowerW, 'The most it charges with; powerW.')),
  chargeEfficiency: Schema.optionalKey(Efficiency),
  dischargeEfficiency: Schema.optionalKey(Efficiency),
  minSoc: Schema.optionalKey(Share),
  maxSoc: Schema.optionalKey(Share),
  initialSoc: Schema.optionalKey(Share),
  selfDischargePerHour: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.1 })),
      'The share of what is stored that is lost in an hour; 0.00002.',
    ),
  ),
  fadePerCycle: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.01 })),
      'The share of its capacity that a full cycle costs it; 0.000033.',
    ),
  ),
  fadePerYear: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.2 })),
      'The share of its capacity that a year costs it; 0.02.',
    ),
  ),
})
const HomeCar = Schema.Struct({
  capacityWh: Schema.Int.check(Schema.isBetween({ minimum: 5_000, maximum: 200_000 })),
  chargePowerW: described(Schema.Literals([3_700, 11_000, 22_000]), 'Of the charger at home.'),
  annualKm: Schema.optionalKey(
    described(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })), 'Driven in a year; 13,600.'),
  ),
  kwhPerKm: Schema.optionalKey(
    described(Schema.Finite.check(Schema.isBetween({ minimum: 0.05, maximum: 1 })), 'Out of the battery; 0.18.'),
  ),
  charging: Schema.optionalKey(
    described(
      Schema.Literals(['at-once', 'with-the-sun']),
      'As it arrives, or from the home’s surplus and, as late as it can be, in time for its departure; at-once.',
    ),
  ),
  v2g: Schema.optionalKey(
    described(Schema.Boolean, 'Gives back what the home lacks, as long as it leaves charged; false.'),
  ),
  targetSoc: Schema.optionalKey(described(Share, 'What it should leave with; 0.8.')),
  minSoc: Schema.optionalKey(described(Share, 'Below it gives nothing back; 0.3.')),
  initialSoc: Schema.optionalKey(described(Share, 'As the simulation begins; targetSoc.')),
  chargeEfficiency: Schema.optionalKey(described(Efficiency, '0.9.')),
  dischargeEfficiency: Schema.optionalKey(described(Efficiency, '0.95.')),
})
const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 240 }))
const HomeHeatPump = Schema.Struct({
  annualHeatKwh: described(
    Schema.Finite.check(Schema.isBetween({ minimum: 1_000, maximum: 100_000 })),
    'Heat for rooms and hot water in a mean year.',
  ),
  source: Schema.optionalKey(described(Schema.Literals(['air', 'ground', 'groundwater']), 'air.')),
  sink: Schema.optionalKey(described(Schema.Literals(['radiator', 'floor']), 'What warms the rooms; radiator.')),
  thermalPowerW: Schema.optionalKey(
    described(
      Schema.Int.check(Schema.isBetween({ minimum: 500, maximum: 100_000 })),
      'Heat while it runs; what a mean day of −12 °C needs, and a ninth more.',
    ),
  ),
  bufferWh: Schema.optionalKey(
    described(Schema.Int.check(Schema.isBetween({ minimum: 500, maximum: 200_000 })), 'Heat in its buffer; 5,000.'),
  ),
  minOnMinutes: Schema.optionalKey(described(Minutes, 'Once on it stays on so long; 10.')),
  minOffMinutes: Schema.optionalKey(described(Minutes, 'Once off it stays off so long; 10.')),
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
  battery: Schema.optionalKey(
    described(HomeBattery, 'Needs a roof, whose surplus it charges from, unless it is planned.'),
  ),
  stores: Schema.optionalKey(
    described(
      Schema.Literals(['self-use', 'planned']),
      'What battery and car do: use the home’s own sun as it comes, or what costs least by the supplier’s tariff and by a plan over what is expected of the next day; self-use.',
    ),
  ),
  heatPump: Schema.optionalKey(described(HomeHeatPump, 'Under the street’s weather.')),
  car: Schema.optionalKey(described(HomeCar, 'Charged at home; each day it may drive once.')),
})
export type ScenarioHome = typeof ScenarioHome.Type

const Generate = Schema.Struct({
  homes: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: HOMES_MAX })),
  pvShare: Schema.optionalKey(described(Share, 'The share of homes with a roof, spread evenly; 0.6.')),
  batteryShare: Schema.optionalKey(described(Share, 'The share of roofs with a battery, spread evenly; 0.4.')),
  heatPumpShare: Schema.optionalKey(described(Share, 'The share of homes with a heat pump, spread evenly; 0.')),
  carShare: Schema.optionalKey(described(Share, 'The share of homes with a car that charges, spread evenly; 0.')),
  carCharging: Schema.optionalKey(
    described(Schema.Literals(['at-once', 'with-the-sun', 'v2g']), 'How those cars charge; at-once.'),
  ),
  stores: Schema.optionalKey(
    described(Schema.Literals(['self-use', 'planned']), 'What the batteries and cars of those homes do; self-use.'),
  ),
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
  grid: Schema.optionalKey(
    described(ScenarioGrid, 'The wires of the street, for `simulate`; left out: none, and nothing is lost in them.'),
  ),
  tariff: Schema.optionalKey(
    described(ScenarioTariff, 'What the supplier takes and pays, for `simulate`; left out: the market’s own, flat.'),
  ),
})
export type Scenario = typeof Scenario.Type

/** The JSON Schema (draft 2020-12) that scenario.schema.json holds. */
export function scenarioJsonSchema(): object {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Scenario, { onExcessProperty: 'error' })
  const named = Object.keys(definitions).length === 0 ? {} : { $defs: definitions }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Commonwatt scenario', ...schema, ...named }
}
