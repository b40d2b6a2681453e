import { Schema } from 'effect'
import { Address, between, Hex, Id, Order } from './profile-fields.ts'

/** Words of a number that can be written. */
const WORDS = { u16: 1, s16: 1, u32: 2, s32: 2, f32: 2 } as const

/** A holding register that may be written, and how far; nothing else ever is. */
const ControlRegister = Schema.Struct({
  address: Address,
  type: Schema.Literals(['u16', 's16', 'u32', 's32', 'f32']),
  unit: Schema.Literals(['W', 'kW', 'percent', 's', 'min', 'none']),
  scale: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThan(0)).annotate({ description: 'what the number there is multiplied by' }),
  ),
  wordOrder: Schema.optionalKey(Order),
  min: Schema.Finite.annotate({ description: 'the least that is written, in its unit' }),
  max: Schema.Finite.annotate({ description: 'the most that is written, in its unit' }),
}).annotate({ description: 'a holding register that may be written' })

const Write = Schema.Struct({
  register: Id,
  value: Schema.Union([Schema.Finite, Schema.Literals(['power', 'turnedPower', 'share', 'timeout'])]).annotate({
    description:
      'a number; power: what was commanded; turnedPower: the same below zero; share: percent of the rated power; timeout: after how long without us the device shall revert by itself',
  }),
})

const Action = Schema.Struct({
  writes: Schema.Array(Write)
    .check(Schema.isBetweenLength(1, 16))
    .annotate({ description: 'in this order; the last one sets it off, and is the first to be put back' }),
  revert: Schema.optionalKey(
    Schema.Record(Id, Schema.Finite).annotate({
      description: 'registers that are put back to this, instead of to what was found before',
    }),
  ),
})

const ControlTest = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/^\P{Cc}{1,120}$/u, { message: 'one line of at most 120 characters' })),
  action: Schema.Literals(['curtail', 'charge', 'discharge']),
  powerW: between(0, 1_000_000),
  ratedW: Schema.optionalKey(between(1, 1_000_000)),
  timeoutS: between(1, 86_400),
  expected: Schema.Array(Schema.Struct({ address: Address, hex: Hex })).annotate({
    description: 'the writes, in order',
  }),
})

/** How devices of a profile are told what to do. Off unless somebody asks for it: docs/control.md. */
export const ControlSection = Schema.Struct({
  notes: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: 'what one has to know' })),
  registers: Schema.Record(Id, ControlRegister),
  curtail: Schema.optionalKey(Action),
  charge: Schema.optionalKey(Action),
  discharge: Schema.optionalKey(Action),
  tests: Schema.Array(ControlTest).check(Schema.isBetweenLength(1, 32)),
}).annotate({ description: 'how the device is told what to do; nothing is written unless somebody asks for it' })
export type ControlSection = typeof ControlSection.Type
export type ControlRegister = typeof ControlRegister.Type
export type ControlTest = typeof ControlTest.Type

export const CONTROL_ACTIONS = ['curtail', 'charge', 'discharge'] as const

/** How many words a register has that may be written. */
export const controlWords = ({ type }: ControlRegister): 1 | 2 => WORDS[type]
