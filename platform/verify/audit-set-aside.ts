import { Effect } from 'effect'
import { type BuiltBatch, type ChainFailure, type Delivery, makeStandings } from '#contracts/index.ts'
import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import type { SetAside } from '#protocol/set-aside.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import { shown } from './first-difference.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'

type Hex = `0x${string}`

/** Judges by the chain what of a batch's records must not be settled, as its settler had to before it proposed it. */
export interface SetAsideAudit {
  /** Fails with ProofFailed where the batch has set something else aside. */
  readonly check: (of: {
    readonly built: BuiltBatch
    /** what the log has of its slots */
    readonly deliveries: readonly Delivery[]
  }) => Effect.Effect<void, ProofFailed | ChainFailure>
  /** What a batch that the log does not tell of has to set aside; null where it has estimates, which only a log can tell. */
  readonly judged: (deliveries: readonly Delivery[]) => Effect.Effect<SetAside | null | undefined, ChainFailure>
}

/** Everything is read once: the chain is pinned. */
export const openSetAsideAudit = (
  { reader, registry, tradingKeys }: PinnedChain,
  of: { readonly p256Verifier: Hex; readonly opened: MarketEventOf<'NeighbourhoodOpened'> | null },
): Effect.Effect<SetAsideAudit, ChainFailure> =>
  Effect.gen(function* () {
    const { p256Verifier, opened } = of
    const { neighbourhood } = reader
    const cancellers = yield* tradingKeys.cancellers
    const seatBlocks = yield* reader.seatBlocks
    const { judge } = makeStandings({
      registry,
      tradingKeys: { ...tradingKeys, cancellers: Effect.succeed(cancellers) },
      chain: { ...reader, seatBlocks: Effect.succeed(seatBlocks) },
      neighbourhood,
      p256Verifier,
    })
    return {
      judged: (deliveries) =>
        Effect.map(judge(deliveries), ({ homes, trades, estimates }) => {
          if (estimates.length > 0) return null
          return homes.length + trades.length === 0 ? undefined : { homes, trades, estimates: [] }
        }),
      check: ({ built, deliveries }) =>
        Effect.gen(function* () {
          const { number, setAside = NOTHING } = built.batch
          const { homes, trades, estimates } = setAside
          const place = `batch ${number} setAside`
          const expected = text(yield* judge(deliveries))
          const got = text({ homes, trades, estimates: estimates.map(({ body }) => body) })
          if (got !== expected) return yield* new ProofFailed({ step: 'devices', place, expected, got })
          for (const envelope of estimates) {
            const isSigned = opened !== null && verifiedDigest({ domain: opened.domain, envelope }) !== null
            if (isSigned && envelope.signer === opened.operator) continue
            const wanted = `signed by ${opened?.operator}`
            return yield* new ProofFailed({ step: 'devices', place, expected: wanted, got: shown(envelope) })
          }
        }),
    }
  })

const NOTHING: SetAside = { homes: [], trades: [], estimates: [] }

const text = (found: { readonly [K in keyof SetAside]: readonly unknown[] }): string =>
  canonicalJson({ homes: found.homes, trades: found.trades, estimates: found.estimates } as unknown as Canonical)
