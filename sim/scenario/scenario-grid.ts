import { Schema } from 'effect'

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

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
})
export type ScenarioGrid = typeof ScenarioGrid.Type
