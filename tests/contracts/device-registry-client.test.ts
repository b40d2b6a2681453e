import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import { HandClock, person, refusalOf, run, testChain } from './on-chain.ts'
import { alice, BOND, bob, meter, otherMeter, softMeter, withRegistry } from './registry.ts'

describe('connectDeviceRegistry', () => {
  it(
    'registers a street of devices once, however often it is asked, and mints what its payer lacks',
    withRegistry((t) =>
      Effect.gen(function* () {
        const street = [
          t.signed(),
          t.signed({ deviceId: 'home-2', device: otherMeter }),
          t.signed({ owner: secp256k1Signer(bob.key), device: softMeter }),
        ]
        const poor = person(0x9)
        const [first] = street
        if (first === undefined) throw new Error('a street has homes')
        expect((yield* t.registry.join(poor.key, [first])).map((place) => place?.block)).toEqual([expect.any(Number)])
        const places = yield* t.registry.join(poor.key, street)
        expect(places.map((place) => place !== null)).toEqual([false, true, true])
        expect(yield* t.registry.join(poor.key, street)).toEqual([null, null, null])
        expect(yield* t.coinOf(poor.account)).toBe(0n)
        expect(yield* t.bonds).toBe(3n * BOND)
        const ids = yield* Effect.forEach(street, (signed) => t.registry.deviceOf(signed.join))
        expect(ids).toEqual([1, 2, 3])
        expect(yield* t.registry.statusOf(3)).toBe('vetting')
        expect(yield* t.registry.statusOf(4)).toBe('unknown')
        expect(yield* t.registry.deviceOf({ ...first.join, name: keccak('home-9') })).toBeNull()
        expect(yield* t.registry.bondMicroEur).toBe(Number(BOND))
      }),
    ),
  )

  it(
    'says why a device was refused',
    withRegistry((t) =>
      Effect.gen(function* () {
        yield* t.registry.join(alice.key, [t.signed()])
        const failure = yield* refusalOf(t.registry.join(alice.key, [t.signed({ deviceId: 'home-2', device: meter })]))
        expect(failure).toMatchObject({ operation: 'DeviceRegistry.join', revert: 'KeyInUse' })
      }),
    ),
  )
})

describe('a deployment', () => {
  it('of an earlier version, whose contracts were others, is refused', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'commonwatt-registry-'))
    try {
      const clock = new HandClock()
      await run(testChain({ clock, dataDir }))
      const file = join(dataDir, 'deployment', 'deployed.json')
      const { contracts: _, ...earlier } = JSON.parse(await readFile(file, 'utf8'))
      await writeFile(file, JSON.stringify(earlier))
      await expect(run(testChain({ clock, dataDir }))).rejects.toThrow(/of an earlier version/)
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
})
