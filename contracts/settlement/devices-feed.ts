import { Effect, Semaphore } from 'effect'
import { deviceKeyOf, enrolledKey } from '#protocol/device-join.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import { keccak } from '#protocol/signing.ts'
import type { Street, StreetHome } from '#protocol/street.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { ChainReader } from '../chain/chain-reader.ts'
import type { Confirmed } from '../chain/confirmed.ts'
import { type DeviceRegistryReader, isInService } from '../chain/device-registry-reader.ts'

type Hex = `0x${string}`

export interface DevicesFeedOptions {
  readonly chain: Pick<ChainReader, 'secondsOf' | 'neighbourhood'>
  readonly registry: Pick<DeviceRegistryReader, 'changedAfter'>
  /** the same registry as it was at a block */
  readonly registryAt: (block: number) => Effect.Effect<Pick<DeviceRegistryReader, 'standingIn'>, ChainFailure>
  /** what P-256 keys begin with on chain */
  readonly p256Verifier: Hex
  /** the neighbourhood as its log has it now */
  readonly street: Pick<Street, 'homeOfAccount' | 'inService'>
  /** appends to the neighbourhood's log; what it fails with is reported by its message */
  readonly record: (event: MarketEventOf<'DevicesChanged'>) => Effect.Effect<void, { readonly message: string }>
  /** what of the chain counts */
  readonly confirmed: Confirmed
}

/** Tells a neighbourhood's log whose devices the registry on chain has in service. */
export interface DevicesFeed {
  /** Looks once, and tells what differs from the log; at `nowMs` (clock, Unix ms). Repeating it changes nothing. */
  readonly look: (nowMs: number) => Effect.Effect<void, ChainFailure>
}

/** How many homes are asked for at once. */
const READS_AT_ONCE = 8

/** A feed that has not looked yet: its first look is at every home. */
export function makeDevicesFeed(options: DevicesFeedOptions): DevicesFeed {
  const { chain, registry, street, confirmed, p256Verifier } = options
  const turns = Semaphore.makeUnsafe(1)
  /** accounts that were asked for, as of `seenBlock` */
  const seen = new Set<Hex>()
  let seenBlock = 0
  /** those whose suspension ends by itself: no event says so */
  const suspended = new Set<Hex>()

  /** The homes of which the registry may say something else at a block than it did. */
  const doubtsAt = Effect.fnUntraced(function* (block: number) {
    const enrolled = [...street.homeOfAccount.values()]
    const changed =
      block === seenBlock || seen.size === 0
        ? new Set<Hex>()
        : yield* registry.changedAfter(chain.neighbourhood, seenBlock)
    return enrolled.filter(({ account, deviceId }) => {
      const mayHaveChanged = block !== seenBlock && (suspended.has(account) || changed.has(keccak(deviceId)))
      return !seen.has(account) || mayHaveChanged
    })
  })

  const standingsAt = Effect.fnUntraced(function* (block: number, homes: readonly StreetHome[]) {
    const then = yield* options.registryAt(block)
    const second = yield* chain.secondsOf(block)
    return yield* Effect.forEach(
      homes.toSorted((a, b) => (a.account < b.account ? -1 : 1)),
      ({ account, deviceId, deviceSigner }) => {
        const device = { neighbourhood: chain.neighbourhood, name: keccak(deviceId), owner: account }
        return Effect.map(then.standingIn(device, second), (standing) => ({
          account,
          isInService: isInService(standing, deviceKeyOf(enrolledKey(deviceSigner), p256Verifier)),
          isSuspended: standing?.status === 'suspended',
        }))
      },
      { concurrency: READS_AT_ONCE },
    )
  })

  const lookNow = Effect.fnUntraced(function* (nowMs: number) {
    const block = yield* confirmed.block
    const doubtful = yield* doubtsAt(block)
    const standings = doubtful.length === 0 ? [] : yield* standingsAt(block, doubtful)
    const devices = standings
      .filter(({ account, isInService }) => street.inService.has(account) !== isInService)
      .map(({ account, isInService }) => ({ account, isInService }))
    if (devices.length > 0) {
      yield* Effect.mapError(
        options.record({ type: 'DevicesChanged', timeMs: nowMs, block, devices }),
        ({ message }) => new ChainFailure({ operation: 'tell the log', detail: message }),
      )
    }
    for (const { account, isSuspended } of standings) {
      seen.add(account)
      if (isSuspended) suspended.add(account)
      else suspended.delete(account)
    }
    seenBlock = block
  })

  return { look: (nowMs) => turns.withPermits(1)(lookNow(nowMs)) }
}
