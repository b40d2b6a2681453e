import { Schema } from 'effect'
import { ControlSection } from './control-section.ts'
import { Address, between, Hex, Id, Order } from './profile-fields.ts'

/** How many words a register of a type has; a string and a bit field say it themselves. */
const WORDS = { u16: 1, s16: 1, u32: 2, s32: 2, u64: 4, s64: 4, f32: 2, f64: 4 } as const

/** What a number is counted in, the unit that it is told in, and by which factor one makes the other. */
export const UNITS = {
  W: { base: 'W', factor: 1 },
  kW: { base: 'W', factor: 1_000 },
  Wh: { base: 'Wh', factor: 1 },
  kWh: { base: 'Wh', factor: 1_000 },
  V: { base: 'V', factor: 1 },
  A: { base: 'A', factor: 1 },
  Hz: { base: 'Hz', factor: 1 },
  percent: { base: 'percent', factor: 1 },
  ratio: { base: 'percent', factor: 100 },
  none: { base: 'none', factor: 1 },
} as const

const Table = Schema.Literals(['holding', 'input']).annotate({
  description: 'holding: function code 3; input: function code 4',
})

const Counter = Schema.Struct({
  bits: between(8, 64).annotate({ description: 'bits of the number that counts; 24 for a float32' }),
  modulus: Schema.optionalKey(
    Schema.NullOr(Schema.Finite.check(Schema.isGreaterThan(0))).annotate({
      description:
        'counts after which it begins at 0 again; 2 to the power of its bits if left out; null: never, as a float',
    }),
  ),
  resettable: Schema.Boolean.annotate({ description: 'whether somebody can set it to 0' }),
})

const Register = Schema.Struct({
  address: Address,
  type: Schema.Literals(['u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64', 'string', 'bitfield']),
  unit: Schema.Literals(['W', 'kW', 'Wh', 'kWh', 'V', 'A', 'Hz', 'percent', 'ratio', 'none']),
  words: Schema.optionalKey(between(1, 125).annotate({ description: 'length of a string or a bit field, in words' })),
  table: Schema.optionalKey(Table),
  wordOrder: Schema.optionalKey(Order),
  scale: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 1e-9, maximum: 1e9 })).annotate({
      description: 'what the number is multiplied by',
    }),
  ),
  scaleFactor: Schema.optionalKey(
    Id.annotate({ description: 'the register with the power of ten that this one is multiplied by' }),
  ),
  notAvailable: Schema.optionalKey(
    Schema.Array(Hex).annotate({ description: 'what stands there for "no value", the most significant word first' }),
  ),
  counter: Schema.optionalKey(Counter),
  note: Schema.optionalKey(Schema.String),
})

export const Derived = Schema.Struct({
  is: Schema.Literals(['sum', 'difference', 'turned']).annotate({
    description: 'difference: the first less the others; turned: with the other sign',
  }),
  of: Schema.Array(Id).check(Schema.isBetweenLength(1, 16)),
})

/** `turned`: the device counts the other way round than we do (a roof as positive, export as positive …). */
const SignedPower = Schema.Struct({ value: Id, sign: Schema.Literals(['as-is', 'turned']) })

const Text = Schema.Struct({ register: Schema.optionalKey(Id), text: Schema.optionalKey(Schema.String) }).annotate({
  description: 'either the register that holds it, or the text itself',
})

const Match = Schema.Struct({
  register: Id,
  is: Schema.optionalKey(Schema.Array(Schema.Union([Schema.Finite, Schema.String]))),
  contains: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.String.check(Schema.isBetweenLength(1, 64))).annotate({ description: 'any of these' }),
  ),
}).annotate({ description: 'what a register must hold for the device to be of this family' })

const Band = Schema.Struct({ min: Schema.Finite, max: Schema.Finite })

/** What a home's roles measure, by the names of values. */
export const roles = {
  grid: Schema.optionalKey(
    Schema.Struct({
      powerW: Schema.optionalKey(SignedPower),
      importWh: Schema.optionalKey(Id),
      exportWh: Schema.optionalKey(Id),
      voltageV: Schema.Array(Id),
      currentA: Schema.Array(Id),
      frequencyHz: Schema.optionalKey(Id),
    }),
  ),
  pv: Schema.optionalKey(Schema.Struct({ powerW: Schema.optionalKey(SignedPower), exportWh: Schema.optionalKey(Id) })),
  battery: Schema.optionalKey(Schema.Struct({ powerW: Schema.optionalKey(SignedPower), soc: Schema.optionalKey(Id) })),
}

/** The name of a value, or the path of a role. */
const ValuePath = Schema.String.check(Schema.isPattern(/^[a-zA-Z][a-zA-Z0-9.]{0,63}$/u))

/** What a profile's test is called, and what it expects. */
export const testExpects = {
  name: Schema.String.check(Schema.isPattern(/^\P{Cc}{1,120}$/u, { message: 'one line of at most 120 characters' })),
  expected: Schema.Record(ValuePath, Schema.Union([Schema.Finite, Schema.String, Schema.Null])).annotate({
    description: 'values by name, or by role: "grid.powerW", "grid.voltageV.0", "device.serial"; null: not available',
  }),
}

const ProfileTest = Schema.Struct({
  name: testExpects.name,
  registers: Schema.Array(Schema.Struct({ table: Schema.optionalKey(Table), address: Address, hex: Hex })),
  expected: testExpects.expected,
})

/** What a profile is, in words. */
export const profileHead = {
  $schema: Schema.optionalKey(Schema.String),
  profile: Schema.String.check(Schema.isPattern(/^[a-z0-9-]{1,64}$/u, { message: 'a–z, 0–9 and hyphens' })),
  title: Schema.String.annotate({ description: 'maker and devices, as people call them' }),
  source: Schema.String.annotate({ description: 'where the facts come from' }),
  notes: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: 'what one has to know' })),
}

/** The JSON of a profile: how a family of Modbus devices spells what a home's roles measure. */
export const ModbusProfileJson = Schema.Struct({
  ...profileHead,
  transport: Schema.Struct({
    unit: between(0, 255),
    port: Schema.optionalKey(between(1, 65_535).annotate({ description: 'TCP port (502)' })),
    table: Table,
    timeoutMs: Schema.optionalKey(between(50, 60_000)),
    gapMs: Schema.optionalKey(between(0, 10_000).annotate({ description: 'pause before each request' })),
    connectDelayMs: Schema.optionalKey(between(0, 10_000).annotate({ description: 'pause after connecting' })),
    baud: Schema.optionalKey(between(300, 921_600)),
    parity: Schema.optionalKey(Schema.Literals(['none', 'even', 'odd'])),
    stopBits: Schema.optionalKey(between(1, 2)),
  }),
  block: Schema.Struct({
    words: between(1, 125).annotate({ description: 'most words of one request' }),
    gap: between(0, 124).annotate({ description: 'most unused words between two registers of one request' }),
  }),
  wordOrder: Order.annotate({ description: 'which word of a longer number stands at the lower address' }),
  byteOrder: Schema.optionalKey(Order),
  match: Schema.optionalKey(Schema.Array(Match)),
  registers: Schema.Record(Id, Register),
  derived: Schema.optionalKey(Schema.Record(Id, Derived)),
  device: Schema.Struct({
    manufacturer: Schema.optionalKey(Text),
    model: Schema.optionalKey(Text),
    serial: Schema.optionalKey(Text),
    firmware: Schema.optionalKey(Text),
  }),
  ...roles,
  limits: Schema.optionalKey(
    Schema.Struct({
      powerW: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
      powerRegister: Schema.optionalKey(Id.annotate({ description: 'the register with the rated power' })),
      currentA: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
      voltageV: Schema.optionalKey(Band),
      frequencyHz: Schema.optionalKey(Band),
    }).annotate({ description: 'what the nameplate allows' }),
  ),
  control: Schema.optionalKey(ControlSection),
  tests: Schema.Array(ProfileTest).check(Schema.isBetweenLength(1, 64)),
}).annotate({
  title: 'Commonwatt Modbus profile',
  description: 'How a family of Modbus devices spells what a home measures. docs/profiles.md says how to write one.',
})
export type ModbusProfile = typeof ModbusProfileJson.Type
export type ProfileRegister = typeof Register.Type
export type ProfileTest = typeof ProfileTest.Type
export type RegisterTable = typeof Table.Type

/** How many words a register has. */
export const wordsOf = ({ type, words }: ProfileRegister): number =>
  type === 'string' || type === 'bitfield' ? (words ?? 1) : WORDS[type]

/** Which table a register stands in. */
export const tableOf = (profile: ModbusProfile, register: { readonly table?: RegisterTable }): RegisterTable =>
  register.table ?? profile.transport.table
