import { Effect, Stream } from 'effect'
import { auditChain, type ChainAudit } from './audit-chain.ts'
import { AuditedLog } from './audited-log.ts'
import { AuditedRegisters } from './audited-registers.ts'
import { type Evidence, eventPlace } from './evidence.ts'
import { type ArchivesAudit, OpenedArchives } from './opened-archives.ts'
import type { Failure } from './proof-failed.ts'
import { proving } from './proving.ts'

/** What `verify audit` found out. Money in µEUR, energy in Wh. */
export interface Audit {
  readonly neighbourhood: string
  readonly holds: boolean
  readonly log: {
    readonly events: number
    readonly signatures: number
    readonly readings: number
    /** meter answers that readings were made from: decoded again, and not in the data folder (any more) */
    readonly registers: { readonly decoded: number; readonly gone: number }
    readonly orders: number
    readonly trades: number
    /** made again from their readings, standing in for missing ones, and resting on readings that were never published */
    readonly statements: { readonly recomputed: number; readonly estimated: number; readonly unfounded: number }
  }
  /** made again and held against log and archive */
  readonly batches: number
  /** what a key that was named has opened of their archives; null without one, or where the log did not hold */
  readonly archives: ArchivesAudit | null
  /** null where the log did not hold */
  readonly chain: ChainAudit | null
  /** the first difference */
  readonly failure: Failure | null
}

/**
 * Rebuilds a street from what it left behind: takes every command of the log anew and matches it anew, makes every
 * statement and batch again and holds it against log, archive and chain, books every balance and credit again.
 */
export const audit = (
  evidence: Evidence,
  told: {
    readonly onEvent?: (sequence: number) => void
    readonly onChain?: () => void
    /** opens the archives, too, as far as it can */
    readonly openWith?: `0x${string}` | undefined
  } = {},
): Effect.Effect<Audit> =>
  Effect.gen(function* () {
    const opening = told.openWith === undefined ? null : new OpenedArchives(evidence.folder, told.openWith)
    const log = new AuditedLog(evidence, opening)
    let archives: ArchivesAudit | null = null
    const registers = new AuditedRegisters(evidence.folder)
    const proof = Effect.gen(function* () {
      yield* Stream.runForEachArray(evidence.events, (events) =>
        Effect.forEach(
          events,
          (event) =>
            proving({ step: 'log', place: eventPlace(event) }, () => {
              log.take(event)
              told.onEvent?.(event.sequence)
            }).pipe(Effect.andThen(registers.take(event))),
          { discard: true },
        ),
      )
      yield* proving({ step: 'log', place: 'log.sqlite' }, () => log.end())
      archives = yield* proving({ step: 'archive', place: 'archive' }, () => opening?.end() ?? null)
      told.onChain?.()
      return yield* auditChain(evidence, log)
    }).pipe(Effect.scoped)
    const done = yield* Effect.match(proof, {
      onSuccess: (chain) => ({ chain, failure: null }),
      onFailure: ({ facts }) => ({ chain: null, failure: facts }),
    })
    const { recomputed, estimated, unfounded } = log.statements
    return {
      neighbourhood: evidence.node.neighbourhood,
      holds: done.failure === null,
      log: {
        ...log.counts,
        registers: { decoded: registers.decoded, gone: registers.gone },
        statements: { recomputed, estimated, unfounded },
      },
      batches: log.batches.length,
      archives,
      ...done,
    }
  })
