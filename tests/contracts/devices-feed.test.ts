import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { connectDeviceRegistryReader, makeConfirmed, makeDevicesFeed } from '#contracts/index.ts'
import { deviceKeyOf } from '#protocol/device-join.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import type { StreetHome } from '#protocol/street.ts'
import { alice, bob, meter, type OpenRegistry, otherMeter, softMeter, withRegistry } from './registry.ts'

type Hex = `0x${string}`

/** The feed of a street of which only that is there which it looks at. */
const feedOf = Effect.fnUntraced(function* (t: OpenRegistry) {
  const { rpc, addresses, p256Verifier, registry } = t
  const { rpcUrl } = t.chain
  const street = { homeOfAccount: new Map<Hex, StreetHome>(), inService: new Set<Hex>() }
  const enrol = (account: Hex, deviceId: string, deviceSigner: Hex) =>
    street.homeOfAccount.set(account, { account, deviceId, deviceSigner } as StreetHome)
  const told: MarketEventOf<'DevicesChanged'>[] = []
  const asked: string[] = []
  const confirmed = yield* makeConfirmed({ rpc, confirmations: 0 })
  const make = () =>
    makeDevicesFeed({
      chain: { neighbourhood: keccak('lime-street'), secondsOf: rpc.secondsOf },
      registry,
      registryAt: (atBlock) =>
        Effect.map(connectDeviceRegistryReader({ rpcUrl, addresses, atBlock }), ({ standingIn }) => ({
          standingIn: (device, second) => {
            asked.push(device.owner)
            return standingIn(device, second)
          },
        })),
      p256Verifier,
      street,
      record: (event) =>
        Effect.sync(() => {
          told.push(event)
          for (const { account, isInService } of event.devices) {
            if (isInService) street.inService.add(account)
            else street.inService.delete(account)
          }
        }),
      confirmed,
    })
  return { enrol, told, asked, make }
})

const isNow = (account: Hex, isInService: boolean) => [{ account, isInService }]

describe('the feed of devices', () => {
  it(
    'tells of a home once its device is registered with the key that it has enrolled, and asks of nobody else',
    withRegistry((t) =>
      Effect.gen(function* () {
        const { enrol, told, asked, make } = yield* feedOf(t)
        enrol(alice.account, 'home-1', meter.signer)
        enrol(bob.account, 'home-2', softMeter.signer)
        const feed = make()
        yield* feed.look(1_000)
        yield* feed.look(1_001)
        expect(told).toEqual([])
        expect(asked).toHaveLength(2)

        yield* t.joined()
        yield* feed.look(1_002)
        expect(told.map(({ devices }) => devices)).toEqual([isNow(alice.account, true)])
        expect(told[0]).toMatchObject({ timeMs: 1_002, block: yield* t.rpc.blockNumber })
        expect(asked.slice(2)).toEqual([alice.account])

        // Of his name, but what he has enrolled signs by another key.
        yield* t.joined({ owner: secp256k1Signer(bob.key), deviceId: 'home-2', device: otherMeter })
        yield* feed.look(1_003)
        expect(told).toHaveLength(1)
        expect(asked.slice(3)).toEqual([bob.account])
      }),
    ),
  )

  it(
    'tells that a device is out of service, and in again when its suspension has ended by itself',
    withRegistry((t) =>
      Effect.gen(function* () {
        const { enrol, told, asked, make } = yield* feedOf(t)
        enrol(alice.account, 'home-1', meter.signer)
        const id = yield* t.joined()
        const feed = make()
        yield* feed.look(1)
        yield* t.send(t.operatorKey, 'suspend', [id, t.seconds() + 1_000])
        yield* feed.look(2)
        t.clock.pass(999_000)
        yield* t.joined({ owner: secp256k1Signer(bob.key), deviceId: 'home-2', device: softMeter })
        yield* feed.look(3)
        t.clock.pass(1_000)
        yield* t.send(t.operatorKey, 'setTrustLevel', [id, 1])
        yield* feed.look(4)
        expect(told.map(({ timeMs, devices }) => [timeMs, devices])).toEqual([
          [1, isNow(alice.account, true)],
          [2, isNow(alice.account, false)],
          [4, isNow(alice.account, true)],
        ])
        yield* t.send(alice.key, 'retire', [id])
        yield* feed.look(5)
        expect(told.at(-1)?.devices).toEqual(isNow(alice.account, false))
        const before = asked.length
        t.clock.pass(1_000)
        yield* t.joined({ owner: secp256k1Signer(bob.key), deviceId: 'home-3', device: otherMeter })
        yield* feed.look(6)
        expect(asked).toHaveLength(before)
      }),
    ),
  )

  it(
    'made anew goes on with what the log knows, and finds what it has missed',
    withRegistry((t) =>
      Effect.gen(function* () {
        const { enrol, told, make } = yield* feedOf(t)
        enrol(alice.account, 'home-1', meter.signer)
        const id = yield* t.joined()
        yield* make().look(1)
        yield* make().look(2)
        expect(told).toHaveLength(1)
        yield* t.send(alice.key, 'retire', [id])
        yield* make().look(3)
        expect(told.at(-1)?.devices).toEqual(isNow(alice.account, false))
      }),
    ),
  )

  it(
    'tells what the registry itself says of the key',
    withRegistry((t) =>
      Effect.gen(function* () {
        yield* t.joined()
        const device = { neighbourhood: keccak('lime-street'), name: keccak('home-1'), owner: alice.account }
        const standing = yield* t.registry.standingIn(device, t.seconds())
        expect(standing).toEqual({ device: 1, status: 'vetting', key: deviceKeyOf(meter, t.p256Verifier) })
        expect(yield* t.registry.standingIn(device, t.seconds() - 1)).toBeNull()
        expect([...(yield* t.registry.changedAfter(device.neighbourhood, 0))]).toEqual([device.name])
        expect([...(yield* t.registry.changedAfter(keccak('other'), 0))]).toEqual([])
        expect([...(yield* t.registry.changedAfter(device.neighbourhood, yield* t.rpc.blockNumber))]).toEqual([])
      }),
    ),
  )
})
