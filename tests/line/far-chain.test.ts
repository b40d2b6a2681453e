import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocalChain } from '#contracts/index.ts'
import { loadOrGenerateAccountKey, loadOrGenerateKey, makeAgent, rampTrader } from '#meter-agent/index.ts'
import { type Audit, audit } from '#platform/verify/audit.ts'
import { openEvidence } from '#platform/verify/evidence.ts'
import type { Batch } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { openSteppedStreet, times } from './stepped-street.ts'

const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21, 9)
const rules = { ...defaultMarketRules, slotsAhead: 8, slotsPerBatch: 1, disputeWindowMs: SLOT_MS }
const root = mkdtempSync(join(tmpdir(), 'commonwatt-far-chain-'))

describe('a street without collateral, on a chain that was there before', () => {
  let batches: readonly Batch[]
  let bobs: `0x${string}`
  let own: readonly string[]
  let found: Audit

  beforeAll(() => {
    const folder = join(root, 'street')
    mkdirSync(folder)
    return Effect.runPromise(
      Effect.gen(function* () {
        const street = yield* openSteppedStreet({
          ...{ homes: 2, seed: 3, startMs, folder, rules },
          chainOf: (clock) => Effect.map(startLocalChain({ clock }), (chain) => ({ ...chain, confirmations: 0 })),
        })
        const { live, clock, simulated } = street
        // Bob has neither a registered meter nor anything in the vault, and no seat there.
        const uri = (name: string) => pathToFileURL(join(root, `bob-${name}`)).href
        const [neighbour] = live.homes
        if (neighbour === undefined) throw new Error('a street has homes')
        const bob = yield* makeAgent({
          ...{ home: 'bob', neighbourhood: simulated.neighbourhood, deviceId: 'bob-meter' },
          deviceKey: yield* loadOrGenerateKey(uri('device'), 'secp256k1'),
          streamKeyUri: uri('stream'),
          accountKey: yield* loadOrGenerateAccountKey(uri('account')),
          device: neighbour.device.address,
          gatewayUrl: live.url,
          dataFile: join(root, 'bob.sqlite'),
          ...{ clock, clockState: 'simulated', trader: rampTrader },
        })
        yield* bob.enrol()
        for (const timeMs of times({ fromMs: startMs + SLOT_MS / 2, toMs: startMs + 5 * SLOT_MS, stepMinutes: 7.5 })) {
          yield* street.moveTo(timeMs, 'rest')
          yield* Effect.andThen(bob.poll(), bob.publish())
        }
        batches = street.events.flatMap(({ event }) => (event.type === 'BatchProposed' ? [event.batch] : []))
        bobs = bob.account
        own = live.homes.map(({ agent }) => agent.account)
        found = yield* Effect.flatMap(openEvidence({ data: folder, rpcUrl: undefined, confirmations: 0 }), (evidence) =>
          audit(evidence),
        )
      }).pipe(Effect.scoped),
    )
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('settles its own homes, whose meters it has registered', () => {
    expect(found.chain?.devices).toEqual({ registered: 2, inService: 2 })
    expect(batches.length).toBeGreaterThan(2)
    const out = batches.flatMap(({ setAside }) => setAside?.homes.map(({ account }) => account) ?? [])
    for (const account of own) expect(out).not.toContain(account)
  })

  it('leaves out who is not registered, and the audit says that it had to', () => {
    const last = batches.at(-1)
    expect(last?.setAside?.homes).toEqual([{ account: bobs, slot: last?.lastSlot }])
    expect(found).toMatchObject({ holds: true, failure: null })
  })
})
