import { Console, Effect } from 'effect'
import { measureSettlement, SETTLEMENT_SIZES, type SettlementFigures } from '#contracts/index.ts'

/** Settles batches of three sizes on chains of their own and prints the gas. */
export const runSettlementBench = (given: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const found: (SettlementFigures & (typeof SETTLEMENT_SIZES)[number])[] = []
    for (const size of SETTLEMENT_SIZES) found.push({ ...size, ...(yield* measureSettlement(size)) })
    const by = (of: (figures: (typeof found)[number]) => number | null) =>
      Object.fromEntries(found.map((figures) => [figures.trades, of(figures)]))
    const perTrade = ({ apply, trades }: (typeof found)[number]) => Math.round((10 * apply) / trades) / 10
    if (given.json) {
      const gas = { gasPerTrade: by(perTrade), accounts: by(({ homes }) => homes), applyGas: by(({ apply }) => apply) }
      const others = { proposeGas: by(({ propose }) => propose), claimGasPerCredit: by((of) => of.claimPerCredit) }
      return yield* Console.log(JSON.stringify({ ...gas, ...others }))
    }
    for (const figures of found) {
      const { trades, homes, gasMax, propose, claimPerCredit } = figures
      const met = perTrade(figures) <= gasMax ? 'met' : 'MISSED'
      const claimed = claimPerCredit === null ? '' : `; a claim ${claimPerCredit.toLocaleString('en')} a credit`
      yield* Console.log(
        `${trades.toLocaleString('en')} trades of ${homes} homes: ${perTrade(figures)} gas a trade to apply (at most ${gasMax}: ${met}); ` +
          `${propose.toLocaleString('en')} to propose the batch${claimed}`,
      )
    }
  })
