import { Effect, Scope } from 'effect'
import { openMemoryEventLog, serveGateway, ToldStreet } from '#matching-engine/index.ts'
import { whenTold } from './own-process.ts'

/** Trades of one append: what a market decides in one turn. */
const TRADES_A_TURN = 8

/** So many trades are to happen a second, for so long. Without: open a gateway. */
export interface Feeding {
  readonly tradesPerSecond: number
  readonly seconds: number
}

/** What came of it: the address at first, then trades since the opening, the last sequence, and what that took. */
export interface GatewayFigures {
  readonly url: string
  readonly trades: number
  readonly sequence: number
  /** of all threads of this process, kernel and own, as a share of one core */
  readonly cpuShare: number
  readonly tradesPerSecond: number
}

const scope = Scope.makeUnsafe()
const opened = Effect.runPromise(
  Effect.gen(function* () {
    const street = new ToldStreet(yield* openMemoryEventLog())
    yield* street.open()
    const clock = { nowMs: () => Date.now(), speed: 1 }
    // What only an agent or an operator asks for is not there: nobody does.
    const neighbourhood = street.neighbourhood as Parameters<typeof serveGateway>[0]['neighbourhood']
    const { url } = yield* serveGateway({ neighbourhood, clock, host: '127.0.0.1', port: 0 })
    return { street, url }
  }).pipe(Scope.provide(scope)),
)

/** A program of `bench gateway`: a gateway and the market that it shows, and nothing else, so that its figures are theirs. */
whenTold<Partial<Feeding>, GatewayFigures>(({ tradesPerSecond = 0, seconds = 0 }, answer) =>
  Effect.gen(function* () {
    const { street, url } = yield* Effect.promise(() => opened)
    const { counts } = street.neighbourhood.street
    const before = counts.trades
    const wanted = tradesPerSecond * seconds
    const begunMs = performance.now()
    const begun = process.cpuUsage()
    yield* Effect.promise(() => tellTrades(street, { wanted, tradesPerSecond }))
    const tookMs = performance.now() - begunMs
    const { user, system } = process.cpuUsage(begun)
    answer({
      url,
      trades: counts.trades,
      sequence: street.neighbourhood.street.sequence,
      cpuShare: (user + system) / 1_000 / tookMs,
      tradesPerSecond: ((counts.trades - before) / tookMs) * 1_000,
    })
  }),
)

/**
 * Tells trades as they fall due. Paced by a timer alone: a fiber that sleeps a hundred times a second costs as much as its
 * trades.
 */
async function tellTrades(street: ToldStreet, of: { readonly wanted: number; readonly tradesPerSecond: number }) {
  const begunMs = performance.now()
  let told = 0
  while (told < of.wanted) {
    await new Promise((resolve) => setTimeout(resolve, (TRADES_A_TURN / of.tradesPerSecond) * 1_000))
    const due = Math.min(of.wanted, Math.floor(((performance.now() - begunMs) / 1_000) * of.tradesPerSecond))
    while (told < due && (due - told >= TRADES_A_TURN || due === of.wanted)) {
      const trades = Math.min(TRADES_A_TURN, due - told)
      Effect.runSync(street.trade(trades))
      told += trades
    }
  }
}
