import { Effect, Option, Schema, type Scope, Stream } from 'effect'
import { slotPhases } from '#protocol/market-event.ts'
import { MarketRules, Tariff } from '#protocol/market-rules.ts'
import {
  entriesOfSlot,
  entryOfHeader,
  RECORDING_FORMAT,
  type RecordedEntry,
  type RecordedSlot,
  type RecordingHeader,
} from '#protocol/picture/recording.ts'
import { IDENTITY_LENGTH } from '../log-identity.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { LineFile } from './line-file.ts'
import { type RunSource, RunUnreadable } from './run-source.ts'

const Numbers = Schema.Array(Schema.Finite)
const Texts = Schema.Array(Schema.String)

const isHeader = Schema.is(
  Schema.Struct({
    format: Schema.Literal(RECORDING_FORMAT),
    scenario: Schema.String,
    seed: Schema.Finite,
    neighbourhood: Schema.String,
    startMs: Schema.Finite,
    slots: Schema.Finite,
    rules: Schema.toType(MarketRules),
    grid: Schema.NullOr(Schema.Struct({ parents: Numbers, ratedW: Numbers, busOfHome: Numbers })),
    homes: Schema.Struct({ name: Texts, importWh: Numbers, exportWh: Numbers }),
  }),
)

const isSlot: (value: unknown) => value is RecordedSlot = Schema.is(
  Schema.Struct({
    slot: Schema.Int,
    sequence: Schema.Int,
    phases: Schema.Struct({
      ...{ at: Numbers, timeMs: Numbers, slot: Numbers, cause: Texts },
      phase: Schema.Array(Schema.Literals(slotPhases)),
      untilMs: Schema.Array(Schema.NullOr(Schema.Finite)),
    }),
    trades: Schema.Struct({
      ...{ at: Numbers, timeMs: Numbers, slot: Numbers, number: Numbers, seller: Numbers, buyer: Numbers },
      makerSide: Schema.Array(Schema.Literals(['buy', 'sell'])),
      ...{ priceEurPerMWh: Numbers, energyWh: Numbers },
    }),
    importWh: Numbers,
    exportWh: Numbers,
    storedPermille: Schema.optionalKey(Schema.Array(Schema.NullOr(Schema.Finite))),
    unmatchedWh: Schema.Finite,
    lossesWh: Schema.optionalKey(Schema.Finite),
    restrained: Schema.optionalKey(Schema.Array(Schema.Literals(['dimmed', 'curtailed']))),
    charges: Schema.optionalKey(Schema.Struct({ costMicroEur: Numbers, costWithoutMarketMicroEur: Numbers })),
    totals: Schema.Record(Schema.String, Schema.Finite),
    tariff: Schema.optionalKey(Schema.toType(Tariff)),
  }),
) as (value: unknown) => value is RecordedSlot

/**
 * The recording of a simulated street (`run.ndjson`) as a run; the file closes with the scope. Fails where it cannot be
 * read, or does not begin as one of this version does. A last line without its end is left out, and that is said.
 */
export const openRecording: (options: {
  readonly file: string
  readonly names: NamePolicy
}) => Effect.Effect<RunSource, RunUnreadable, Scope.Scope> = Effect.fnUntraced(function* ({ file, names }) {
  const failure = (cause: unknown) => new RunUnreadable({ name: file, detail: (cause as Error).message })
  const lines = yield* Effect.acquireRelease(Effect.try({ try: () => new LineFile(file), catch: failure }), (opened) =>
    Effect.sync(() => opened.close()),
  )
  const recording = yield* Effect.try({ try: () => new Recording(lines, names), catch: failure })
  const { scenario, seed } = recording.header
  if (yield* Effect.try({ try: () => lines.isCut, catch: failure })) {
    yield* Effect.logWarning(
      `${file}: its last line is cut off and left out; was the simulation stopped, or does it go on?`,
    )
  }
  return {
    name: `${scenario}, seed ${seed}`,
    kind: 'simulated',
    names,
    grid: null,
    tariffOf: (slot) => recording.tariffs.get(slot),
    read: (afterSequence) =>
      Stream.paginate(recording.offsetBefore(afterSequence), (offset) =>
        Effect.try({
          try: () => {
            const { entries, next } = recording.entriesAt(offset)
            const wanted = entries.filter(({ sequence }) => sequence > afterSequence)
            return [wanted, next === null ? Option.none<number>() : Option.some(next)] as const
          },
          catch: failure,
        }),
      ),
  } satisfies RunSource
})

class Recording {
  readonly header: RecordingHeader
  /** two recordings that begin alike may go on otherwise: it is by all of it that one is known */
  readonly log: string
  /** by slot, where it is not the rules' */
  readonly tariffs = new Map<number, Tariff>()
  readonly #lines: LineFile
  /** where lines begin, and their first sequences, as far as it was read */
  readonly #offsets = [0]
  readonly #sequences = [1]
  #lastTariff: Tariff | undefined

  constructor(lines: LineFile, names: NamePolicy) {
    this.#lines = lines
    const first = lines.lineAt(0)
    const header: unknown = first === null ? null : JSON.parse(first.text)
    if (!isHeader(header)) throw new Error(`it does not begin as a recording of format ${RECORDING_FORMAT} does`)
    const { homes } = header
    this.log = lines.digest().slice(0, IDENTITY_LENGTH)
    this.header = names === 'names' ? header : { ...header, homes: { ...homes, name: homes.name.map(() => '') } }
  }

  /** Where the line begins that holds what follows a sequence, or one before it. */
  offsetBefore(afterSequence: number): number {
    const index = this.#sequences.findLastIndex((sequence) => sequence <= afterSequence + 1)
    return this.#offsets[Math.max(0, index)] ?? 0
  }

  /** What the line at an offset tells, and where the next one begins; null: there is none. */
  entriesAt(offset: number): { readonly entries: readonly RecordedEntry[]; readonly next: number | null } {
    const line = this.#lines.lineAt(offset)
    if (line === null) return { entries: [], next: null }
    if (offset === 0) return { entries: [entryOfHeader(this.header, this.log)], next: line.next }
    const recorded: unknown = JSON.parse(line.text)
    if (!isSlot(recorded)) throw new Error(`the line at byte ${offset} is no recorded slot`)
    this.#note(recorded, offset)
    return { entries: entriesOfSlot(this.header, recorded), next: line.next }
  }

  #note({ sequence, slot, tariff }: RecordedSlot, offset: number): void {
    const last = this.#sequences.at(-1) ?? 0
    if (sequence <= last) return
    this.#sequences.push(sequence)
    this.#offsets.push(offset)
    if (tariff === undefined) return
    const isLast = JSON.stringify(tariff) === JSON.stringify(this.#lastTariff)
    this.#lastTariff = isLast ? this.#lastTariff : tariff
    this.tariffs.set(slot, this.#lastTariff ?? tariff)
  }
}
