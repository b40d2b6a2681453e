import { Schema } from 'effect'

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const Bus = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64))
const Voltage = Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
const Ohm = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const Percent = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
const Power = Schema.Finite.check(Schema.isBetween({ minimum: -1_000_000, maximum: 1_000_000 }))
const Impedance = described(Schema.Tuple([Ohm, Ohm]), 'Resistance and reactance.')

/** How many branches a feeder may have, and how many loads. */
const BRANCHES_MAX = 200_000

/** Which conductors something is connected to: one, or all three in equal parts. */
export const Phase = Schema.Literals(['ABC', 'A', 'B', 'C'])
export type Phase = typeof Phase.Type

const Source = Schema.Struct({
  bus: Bus,
  voltageLineToLineV: described(Voltage, 'The nominal voltage of the bus.'),
  perUnit: described(
    Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 1.5 })),
    'The electromotive force behind the impedance, against the nominal voltage.',
  ),
  z1Ohm: Schema.optionalKey(
    described(Impedance, 'The positive-sequence impedance of the network behind the bus; none: the bus is stiff.'),
  ),
  z0Ohm: Schema.optionalKey(described(Impedance, 'The zero-sequence one; needed beside z1Ohm with three phases.')),
})

const Transformer = Schema.Struct({
  from: described(Bus, 'The bus on the side of the source, at highV.'),
  to: described(Bus, 'The bus at lowV.'),
  ratedKva: Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 1_000_000 })),
  vkPercent: described(Percent, 'The short-circuit voltage.'),
  vkrPercent: described(Percent, 'Its resistive part.'),
  highV: Voltage,
  lowV: Voltage,
  vectorGroup: Schema.optionalKey(
    described(
      Schema.Literals(['Dyn', 'YNyn']),
      'Dyn (taken where nothing is said): Dyn1, the low side lags by 30° and its earthed star returns all of the ' +
        'zero sequence. YNyn: both stars are earthed, the zero sequence passes.',
    ),
  ),
})
export type Transformer = typeof Transformer.Type

const Line = Schema.Struct({
  from: Bus,
  to: Bus,
  r1Ohm: described(Ohm, 'Positive-sequence resistance of the whole branch.'),
  x1Ohm: Ohm,
  r0Ohm: Schema.optionalKey(described(Ohm, 'Zero-sequence resistance; needed with three phases.')),
  x0Ohm: Schema.optionalKey(Ohm),
  ratingA: Schema.optionalKey(
    described(
      Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 1_000_000 })),
      'What a conductor may carry for ever.',
    ),
  ),
})
export type Line = typeof Line.Type

const Load = Schema.Struct({
  bus: Bus,
  phase: described(Phase, 'ABC is split equally; with one phase (balanced) the only one there is.'),
  pKw: described(Power, 'Constant power; generation is negative.'),
  qKvar: described(Power, 'Inductive is positive.'),
})

/** A radial feeder: where it is fed, its transformers, lines and loads. Published as feeder.schema.json. */
export const Feeder = Schema.Struct({
  $schema: Schema.optionalKey(described(Schema.String, 'Where an editor finds this schema.')),
  frequencyHz: described(
    Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })),
    'What the reactances hold at.',
  ),
  phases: described(
    Schema.Literals([1, 3]),
    '1: three balanced phases, solved as one. 3: each phase for itself, coupled by the zero sequence.',
  ),
  source: Source,
  transformers: Schema.optionalKey(Schema.Array(Transformer).check(Schema.isMaxLength(BRANCHES_MAX))),
  lines: Schema.Array(Line).check(Schema.isMaxLength(BRANCHES_MAX)),
  loads: Schema.Array(Load).check(Schema.isMaxLength(BRANCHES_MAX)),
})
export type Feeder = typeof Feeder.Type

/** The JSON Schema (draft 2020-12) that feeder.schema.json holds. */
export function feederJsonSchema(): object {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Feeder, { onExcessProperty: 'error' })
  const named = Object.keys(definitions).length === 0 ? {} : { $defs: definitions }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Commonwatt feeder', ...schema, ...named }
}
