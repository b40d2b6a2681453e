import { Effect } from 'effect'
import type { Bus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { NotSunspec } from './not-sunspec.ts'
import type { ModelPlace } from './read-model.ts'

/** A device's chain of models. `complete` is false where it broke off before its end mark. */
export interface ModelChain {
  readonly base: number
  readonly models: readonly ModelPlace[]
  readonly complete: boolean
}

/** Where the mark is looked for first (SunSpec device information model). */
export const SUNSPEC_BASES: readonly number[] = [40000, 50000, 0]
/** "SunS" */
const MARK = [0x5375, 0x6e53]
const END_OF_CHAIN = 0xffff
const MAX_MODELS = 100
const LAST_REGISTER = 65535
const COMMON_MODEL_LENGTHS = [65, 66]

/**
 * Finds the mark at 40000, 50000 or 0, then at `bases`, and walks the chain behind it. Bounded: at most 100 models,
 * no zero length, nothing past register 65535. A chain that breaks off keeps the models before the break.
 */
export const discover = (
  bus: Bus,
  options: { readonly unit: number; readonly bases?: readonly number[] },
): Effect.Effect<ModelChain, ModbusError | NotSunspec> =>
  Effect.gen(function* () {
    const { unit } = options
    const bases = [...new Set([...SUNSPEC_BASES, ...(options.bases ?? [])])]
    let lastTimeout: ModbusError | null = null
    let answered = false
    for (const base of bases) {
      const mark = yield* answerOr(bus.read({ unit, address: base, count: 2 }))
      if ('error' in mark) {
        if (mark.error._tag === 'ModbusTimeout') lastTimeout = mark.error
        else answered = true
        continue
      }
      answered = true
      if (mark.words[0] === MARK[0] && mark.words[1] === MARK[1]) return yield* walk(bus, { unit, base, bases })
    }
    // Some devices are silent where they have no registers, so one silence proves nothing; only silence does.
    if (!answered && lastTimeout !== null) return yield* lastTimeout
    return yield* new NotSunspec({ unit, bases, detail: 'the mark "SunS" is at none of them' })
  })

const walk = (
  bus: Bus,
  at: { readonly unit: number; readonly base: number; readonly bases: readonly number[] },
): Effect.Effect<ModelChain, ModbusError | NotSunspec> =>
  Effect.gen(function* () {
    const { unit, base, bases } = at
    const models: ModelPlace[] = []
    let address = base + MARK.length
    let complete = false
    while (models.length < MAX_MODELS && address + 1 <= LAST_REGISTER) {
      const header = yield* answerOr(bus.read({ unit, address, count: 2 }))
      if ('error' in header) break
      const [id = END_OF_CHAIN, length = 0] = header.words
      if (id === END_OF_CHAIN) {
        complete = true
        break
      }
      if (models.length === 0 && (id !== 1 || !COMMON_MODEL_LENGTHS.includes(length))) {
        const detail = `the chain begins with model ${id} of length ${length}, not with model 1 of length 65 or 66`
        return yield* new NotSunspec({ unit, bases, detail })
      }
      if (length === 0 || address + 1 + length > LAST_REGISTER) break
      models.push({ id, address, length })
      address += 2 + length
    }
    if (models.length === 0) {
      return yield* new NotSunspec({ unit, bases, detail: `no model follows the mark at ${base}` })
    }
    return { base, models, complete }
  })

/** A refusal or a silence is an answer about one place; only a lost line ends the search. */
const answerOr = (read: Effect.Effect<readonly number[], ModbusError>) =>
  read.pipe(
    Effect.map((words) => ({ words })),
    Effect.catch((error) => (error._tag === 'ModbusClosed' ? Effect.fail(error) : Effect.succeed({ error }))),
  )
