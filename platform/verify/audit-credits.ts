import { Effect } from 'effect'
import { type BuiltBatch, type ChainFailure, type ChainReader, creditIdOf } from '#contracts/index.ts'
import { ProofFailed } from './proof-failed.ts'

type Hex = `0x${string}`

/** What an account holds of one id. */
interface Holding {
  readonly account: Hex
  readonly id: bigint
  readonly earnedWh: number
  claimedWh: number
  retiredWh: number
}

/**
 * Holds the credits that final batches earned, by account, slot and source, against what the chain minted, retired and
 * says that each account holds. Credits of a final batch may still wait to be claimed.
 */
export const auditCredits = (
  reader: ChainReader,
  batches: readonly BuiltBatch[],
  final: number,
): Effect.Effect<
  {
    readonly mintedWh: number
    readonly retiredWh: number
    readonly unclaimedWh: number
    /** credits held, by account */
    readonly accounts: ReadonlyMap<Hex, number>
  },
  ProofFailed | ChainFailure
> =>
  Effect.gen(function* () {
    const holdings = new Map<string, Holding>()
    for (const { header, credits } of batches.slice(0, final)) {
      for (const { account, source, slot, amountWh } of credits) {
        const id = creditIdOf(header.neighbourhood, slot, source)
        holdings.set(`${account} ${id}`, { account, id, earnedWh: amountWh, claimedWh: 0, retiredWh: 0 })
      }
    }
    for (const { type, account, id, amountWh, place } of yield* reader.creditEvents) {
      const holding = holdings.get(`${account} ${id}`)
      const where = `chain transaction ${place.transaction}, credit ${id} of ${account}`
      if (holding === undefined) {
        return yield* failed(where, 'credits that a final batch has earned', `${amountWh} Wh that none has`)
      }
      if (type === 'Retired') holding.retiredWh += amountWh
      else if (holding.claimedWh !== 0 || amountWh !== holding.earnedWh) {
        return yield* failed(where, `${holding.earnedWh} Wh, minted once`, `${holding.claimedWh + amountWh} Wh`)
      } else holding.claimedWh = amountWh
    }
    const held = [...holdings.values()]
    yield* Effect.forEach(
      held,
      ({ account, id, claimedWh, retiredWh }) =>
        expectWh(`credit ${id} of ${account}`, claimedWh - retiredWh, reader.creditBalanceOf(account, id)),
      { concurrency: 8, discard: true },
    )
    const sum = (of: (holding: Holding) => number) => held.reduce((total, holding) => total + of(holding), 0)
    const [mintedWh, retiredWh] = [sum(({ claimedWh }) => claimedWh), sum((holding) => holding.retiredWh)]
    yield* expectWh(
      'credits minted in all',
      mintedWh,
      Effect.map(reader.creditTotals, (totals) => totals.mintedWh),
    )
    yield* expectWh(
      'credits retired in all',
      retiredWh,
      Effect.map(reader.creditTotals, (totals) => totals.retiredWh),
    )
    const accounts = new Map<Hex, number>()
    for (const { account, claimedWh, retiredWh: gone } of held) {
      accounts.set(account, (accounts.get(account) ?? 0) + claimedWh - gone)
    }
    return { mintedWh, retiredWh, unclaimedWh: sum(({ earnedWh }) => earnedWh) - mintedWh, accounts }
  })

const expectWh = (place: string, expected: number, reading: Effect.Effect<number, ChainFailure>) =>
  Effect.flatMap(reading, (got) =>
    got === expected ? Effect.void : failed(`chain ${place}`, `${expected} Wh`, `${got} Wh`),
  )

const failed = (place: string, expected: string, got: string) =>
  Effect.fail(new ProofFailed({ step: 'credits', place, expected, got }))
