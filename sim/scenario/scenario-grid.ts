import { Schema } from 'effect'
import { lossPayers } from '../simulation/loss-bills.ts'

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const EurPerMWhPerOhm = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))

/** What a trade pays for the wires it would take, on top of its price. */
const ScenarioGridFees = Schema.Struct({
  upEurPerMWhPerOhm: Schema.optionalKey(
    described(
      EurPerMWhPerOhm,
      'By the resistance of the way from the seller towards the transformer, to where it turns; 0.',
    ),
  ),
  downEurPerMWhPerOhm: Schema.optionalKey(
    described(EurPerMWhPerOhm, 'By that of the way from there down to the buyer; 0.'),
  ),
  ofPrice: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      'Of what the seller gets, to 1/10,000: 0.05 is 5 %, wherever the two homes are; 0.',
    ),
  ),
})
export type ScenarioGridFees = typeof ScenarioGridFees.Type

/** The wires of a street, for `simulate`; `start` does not read it. */
export const ScenarioGrid = Schema.Struct({
  feeder: described(
    Schema.String.check(Schema.isMinLength(1)),
    'rural, village, suburb, block, ieee-european-lv, or a feeder file; a relative path starts at the folder of the scenario file.',
  ),
  homesPerFeeder: Schema.optionalKey(
    described(
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })),
      'How many homes stand behind one transformer, in the order of the street; as many as the feeder has loads. A street of more has several feeders of the kind.',
    ),
  ),
  ratedKva: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })),
      'Of each transformer of a rural, village, suburb or block feeder; 160, 250, 400, 630.',
    ),
  ),
  control: Schema.optionalKey(
    described(
      Schema.Literals(['as-needed', 'none']),
      'Whether heat pumps and cars are dimmed, and roofs held back, in a slot after one that the wires could not stand; as-needed.',
    ),
  ),
  connection: Schema.optionalKey(
    described(
      Schema.Literals(['three-phase', 'single-phase']),
      'How the homes of a rural, village, suburb or block feeder are connected: to all phases, or each to one, in turn; three-phase.',
    ),
  ),
  lossesPaidBy: Schema.optionalKey(
    described(
      Schema.Literals(lossPayers),
      'Who pays for what the wires lose: who runs them, out of the network charges, or each home for what it adds to it; operator.',
    ),
  ),
  curtailmentEurPerMWh: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 5_000 })),
      'What who runs the wires pays a home for what its roof was not let give, EUR/MWh, to 0.001; the feed-in tariff of the slot, nothing where that is below 0.',
    ),
  ),
  fees: Schema.optionalKey(
    described(
      ScenarioGridFees,
      'What a buyer pays for the wires on top, beside the local charge of the tariff; none. Not for a community pool.',
    ),
  ),
})
export type ScenarioGrid = typeof ScenarioGrid.Type
