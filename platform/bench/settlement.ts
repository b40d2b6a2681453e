import { Console, Effect } from 'effect'
import {
  measureProofs,
  measureSettlement,
  PROOFS_SIZE,
  SETTLEMENT_SIZES,
  type SettlementFigures,
} from '#contracts/index.ts'

type Measured = SettlementFigures & (typeof SETTLEMENT_SIZES)[number]

/** Settles batches of three sizes on chains of their own, makes one fall by each proof, and prints the gas. */
export const runSettlementBench = (given: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const found: Measured[] = []
    for (const size of SETTLEMENT_SIZES) found.push({ ...size, ...(yield* measureSettlement(size)) })
    const { proofs, demands } = yield* measureProofs()
    const perTrade = ({ apply, trades }: Measured) => Math.round((10 * apply) / trades) / 10
    if (given.json) {
      const by = (of: (figures: Measured) => number | null) =>
        Object.fromEntries(found.flatMap((one) => (of(one) === null ? [] : [[one.trades, of(one)]])))
      const ofHomes = found.flatMap(({ homes, consent }) => (consent === null ? [] : [[homes, consent]]))
      return yield* Console.log(
        JSON.stringify({
          gasPerTrade: by(perTrade),
          accounts: by(({ homes }) => homes),
          apply: by(({ apply }) => apply),
          propose: by(({ propose }) => propose),
          proofs,
          demands,
          consent: Object.fromEntries(ofHomes),
          claims: { perCredit: by(({ claimPerCredit }) => claimPerCredit) },
        }),
      )
    }
    for (const figures of found) {
      const { trades, homes, gasMax, propose, claimPerCredit, consent } = figures
      const met = perTrade(figures) <= gasMax ? 'met' : 'MISSED'
      const claimed = claimPerCredit === null ? '' : `; a claim ${count(claimPerCredit)} a credit`
      const agreed = consent === null ? '' : `; everybody's consent ${count(consent)} on top of applying it`
      yield* Console.log(
        `${count(trades)} trades of ${homes} homes: ${perTrade(figures)} gas a trade to apply (at most ${gasMax}: ${met}); ` +
          `${count(propose)} to propose the batch${claimed}${agreed}`,
      )
    }
    yield* Console.log(`A batch of ${PROOFS_SIZE.trades} trades of ${PROOFS_SIZE.homes} homes falls by one proof, gas:`)
    for (const [name, gas] of Object.entries({ ...proofs, ...demands })) {
      yield* Console.log(`  ${name.padEnd(26)} ${count(gas).padStart(9)}`)
    }
  })

const count = (gas: number): string => gas.toLocaleString('en')
