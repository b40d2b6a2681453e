import { Effect } from 'effect'
import { deviceKeyOf } from '#protocol/device-join.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import type { SetAside } from '#protocol/set-aside.ts'
import { keccak } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { ChainReader } from '../chain/chain-reader.ts'
import { type DeviceRegistryReader, isInService } from '../chain/device-registry-reader.ts'
import type { TradingKeysReader } from '../chain/trading-keys-reader.ts'
import type { Delivery } from './delivery.ts'
import type { SettledTrade } from './legs.ts'

type Hex = `0x${string}`

/** What must not be settled as the log has it; the estimates are not signed yet. */
interface Judgement extends Pick<SetAside, 'homes' | 'trades'> {
  readonly estimates: readonly Statement[]
}

/** Judges deliveries as the courts would (`StatementProofs`, `OrderProofs`), before anything is proposed. */
export interface Standings {
  /**
   * The same at any time, for a settler that starts again has to come to it, too. Fails with `TOO_EARLY` while the chain,
   * as far as it is read, has not seen the end of the slots: what could still be found would not be.
   */
  readonly judge: (deliveries: readonly Delivery[]) => Effect.Effect<Judgement, ChainFailure>
}

/** `OrderProofs.NOTICE`: so long a market may take to hear of what an account did on chain. */
const NOTICE_SECONDS = 300

/**
 * Standings that have not looked yet. What the registry tells of a device that nobody touches is asked once. All three
 * readers read the chain at the same depth.
 */
export function makeStandings(options: {
  readonly registry: Pick<DeviceRegistryReader, 'historyIn' | 'standingAt' | 'lastSecondOf'>
  readonly tradingKeys: TradingKeysReader
  readonly chain: Pick<ChainReader, 'secondsOf' | 'seatBlocks'>
  /** keccak256 of its name */
  readonly neighbourhood: Hex
  readonly p256Verifier: Hex
}): Standings {
  const { registry, tradingKeys, chain, neighbourhood, p256Verifier } = options
  /** devices that were in service in a slot, and have only joined since: they are in all that follow */
  const untouched = new Map<string, { readonly slot: number; readonly key: Hex }>()

  /** Unix seconds of blocks in which somebody was seated, or first had a device */
  const blockSeconds = new Map<number, number>()

  const refuseUnended = Effect.fnUntraced(function* (slot: number, endsAt: number) {
    const now = yield* chain.secondsOf()
    if (now > endsAt) return
    const detail = `slot ${slot} ends after second ${endsAt}, and the chain, as far as it counts, is at ${now}: it is waited for`
    return yield* new ChainFailure({ operation: 'judge what is to be settled', code: 'TOO_EARLY', detail })
  })

  /** Whether what a block has begun was so when a slot ended. Looked at as of now, another judgement would come out later. */
  const wasSo = Effect.fnUntraced(function* (block: number | undefined, endsAt: number) {
    if (block === undefined) return false
    const seconds = blockSeconds.get(block) ?? (yield* chain.secondsOf(block))
    blockSeconds.set(block, seconds)
    return seconds <= endsAt
  })

  /** What a statement is worth: as it stands, as an estimate, or nothing, because its home had not registered yet. */
  const worthOf = Effect.fnUntraced(function* (
    statement: SignedStatement,
    {
      history,
      endsAt,
    }: {
      readonly history: Effect.Success<ReturnType<DeviceRegistryReader['historyIn']>>
      readonly endsAt: number
    },
  ) {
    const { account, deviceId, slot, estimated } = statement.body
    const name = keccak(deviceId)
    const past = history.get(`${account} ${name}`)
    if (past === undefined || !(yield* wasSo(past.firstBlock, endsAt))) return 'nothing'
    if (estimated) return 'all'
    const { changes } = past
    const key = deviceKeyOf(statement, p256Verifier)
    const known = untouched.get(`${account} ${name}`)
    if (changes === 1 && known !== undefined && known.slot <= slot && known.key === key) return 'all'
    const standing = yield* registry.standingAt({ neighbourhood, name, owner: account }, slot)
    if (!isInService(standing, key)) return 'its import'
    if (changes === 1 && known === undefined) untouched.set(`${account} ${name}`, { slot, key })
    return 'all'
  })

  const isCancelled = ({ tradedAtMs, buyOrder, sellOrder }: SettledTrade, cancellers: ReadonlySet<Hex>) =>
    Effect.gen(function* () {
      const knownAt = Math.max(0, Math.floor(tradedAtMs / 1000) - NOTICE_SECONDS)
      for (const { account, nonce } of [buyOrder.body, sellOrder.body]) {
        if (!cancellers.has(account)) continue
        if ((yield* tradingKeys.cancelledUpToAt(account, knownAt)) >= nonce) return true
      }
      return false
    })

  return {
    judge: (deliveries) =>
      Effect.gen(function* () {
        const last = deliveries.at(-1)
        if (last !== undefined) yield* refuseUnended(last.slot, yield* registry.lastSecondOf(last.slot))
        const seatBlocks = yield* chain.seatBlocks
        const history = yield* registry.historyIn(neighbourhood)
        const cancellers = yield* tradingKeys.cancellers
        const judgement = {
          homes: [] as { account: Hex; slot: number }[],
          trades: [] as string[],
          estimates: [] as Statement[],
        }
        for (const { slot, trades, statements } of deliveries) {
          const endsAt = yield* registry.lastSecondOf(slot)
          const out = new Set<Hex>()
          const doubtful: Statement[] = []
          for (const statement of statements) {
            const { account } = statement.body
            const isSeated = yield* wasSo(seatBlocks.get(account), endsAt)
            const worth = isSeated ? yield* worthOf(statement, { history, endsAt }) : 'nothing'
            if (worth === 'nothing') out.add(account)
            if (worth === 'its import') doubtful.push(statement.body)
          }
          const traders = new Set<Hex>()
          for (const settled of trades) {
            const { id, buyer, seller } = settled.trade
            const isOut = out.has(buyer) || out.has(seller) || (yield* isCancelled(settled, cancellers))
            if (isOut) judgement.trades.push(id)
            else traders.add(buyer).add(seller)
          }
          for (const body of doubtful) {
            // Whose trades stand cannot leave: what it says it used stays, what it says it fed in does not.
            if (traders.has(body.account)) judgement.estimates.push(importAlone(body))
            else out.add(body.account)
          }
          judgement.homes.push(...[...out].map((account) => ({ account, slot })))
        }
        return judgement
      }),
  }
}

function importAlone(stated: Statement): Statement {
  const readings = { firstSequence: 0, lastSequence: 0, chainHead: `0x${'0'.repeat(64)}`, quality: 0 } as const
  return { ...stated, exportWh: 0, ...readings, estimated: true }
}
