import { Schema } from 'effect'

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })
const EurPerMWh = Schema.Finite.check(Schema.isBetween({ minimum: -5_000, maximum: 5_000 }))
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const DayPrice = Schema.Struct({
  from: described(
    Schema.String.check(
      Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/u, { expected: 'an hour and minute of the day, such as 06:00' }),
    ),
    'Local standard time, HH:MM; it holds until the next one.',
  ),
  eurPerMWh: EurPerMWh,
})
const CsvPrice = Schema.Struct({
  csv: described(
    Schema.String.check(Schema.isMinLength(1)),
    'A CSV file of prices; a relative path starts at the folder of the scenario file.',
  ),
  column: Schema.optionalKey(
    described(
      Schema.String.check(Schema.isMinLength(1)),
      'In EUR/MWh, in ct/kWh where it ends in ct_per_kwh. Left out: the first of eur_per_mwh, price_eur_per_mwh, ct_per_kwh, price_ct_per_kwh, price.',
    ),
  ),
})

/** A price: flat, by the time of day, or as a file says. */
const Price = Schema.Union([
  EurPerMWh,
  Schema.Array(DayPrice).check(Schema.isMinLength(1), Schema.isMaxLength(96)),
  CsvPrice,
])

/** What the supplier takes and pays. */
export const ScenarioTariff = Schema.Struct({
  energy: described(Price, 'EUR/MWh without VAT: a number, a list by the time of day, or a CSV file.'),
  network: Schema.optionalKey(described(Price, 'EUR/MWh without VAT; 0.')),
  levies: Schema.optionalKey(described(Price, 'EUR/MWh without VAT; 0.')),
  vat: Schema.optionalKey(described(Share, '0.19 is 19 %; 0.')),
  localNetworkShare: Schema.optionalKey(described(Share, 'Of the network price, what a neighbour’s energy bears; 1.')),
  localLeviesShare: Schema.optionalKey(described(Share, 'Of the levies, the same; 1.')),
  feedIn: described(Price, 'EUR/MWh paid for what the street has left.'),
})
export type ScenarioTariff = typeof ScenarioTariff.Type
export type ScenarioPrice = typeof Price.Type
