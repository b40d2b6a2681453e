import { Console, Effect, Option } from 'effect'
import { dumpDevice, type RegisterImage, type Span } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'

/** What `commonwatt meter dump` was told. */
export interface DumpMeterFlags {
  readonly address: string
  readonly ranges: Option.Option<string>
  readonly table: RegisterImage['function']
  readonly base: Option.Option<number>
  readonly name: string
  readonly serials: boolean
}

/** Reads a device's registers and prints them as an image, and on stderr what was read. Fails with BadInput on what cannot be used. */
export const dumpMeter = Effect.fnUntraced(function* (flags: DumpMeterFlags) {
  const { address, name, table } = flags
  const ranges = yield* Option.match(flags.ranges, { onNone: () => Effect.succeed([]), onSome: spansOf })
  const base = Option.getOrUndefined(flags.base)
  if (base !== undefined && (base < 0 || base > LAST_REGISTER || ranges.length > 0)) {
    return yield* new BadInput({ detail: `--base ${base}: a register from 0 to 65535, and not beside --ranges` })
  }
  if (table === 'input' && ranges.length === 0) {
    const detail = '--table input goes with --ranges: SunSpec models are holding registers'
    return yield* new BadInput({ detail })
  }
  const image = yield* dumpDevice({
    device: { type: 'modbus', url: address, bases: base === undefined ? [] : [base] },
    name,
    ranges,
    table,
    serials: flags.serials ? 'kept' : 'masked',
  }).pipe(Effect.catchTag('BadModbusUrl', (error) => Effect.fail(new BadInput({ detail: error.message }))))
  yield* Console.error(`commonwatt: ${inWords(image)}`)
  yield* Console.log(JSON.stringify(image, null, 1))
})

/** What an image holds, and what it does not: nobody shall take it for all of a device. */
function inWords({ kind, registers, chain = [], ...image }: RegisterImage): string {
  const count = registers.reduce((sum, { hex }) => sum + hex.length / 4, 0)
  const of = kind === 'sunspec' ? `of ${chain.length} SunSpec models, and nothing beside them` : 'of the ranges'
  const number = image.function === 'input' ? 4 : 3
  return `read ${count} ${image.function} registers (function ${number}) of unit ${image.unit_id}, ${of}; serial numbers are ${image.serials}`
}

const LAST_REGISTER = 65_535

const spansOf = (text: string): Effect.Effect<readonly Span[], BadInput> =>
  Effect.forEach(text.split(','), (part) => {
    const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? []
    const [first, last] = [Number(from), Number(to)]
    if (from !== '' && first <= last && last <= LAST_REGISTER) return Effect.succeed({ first, last })
    const detail = `--ranges "${part}": expected FIRST-LAST, registers from 0 to 65535, such as 30000-30024,32016`
    return Effect.fail(new BadInput({ detail }))
  })
