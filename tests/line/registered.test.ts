import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BuiltBatch,
  connectDeviceRegistryReader,
  emptySettlementBook,
  foldEvent,
  neighbourhoodIdOf,
} from '#contracts/index.ts'
import { type Agent, loadOrGenerateAccountKey, loadOrGenerateKey, makeAgent, rampTrader } from '#meter-agent/index.ts'
import { type Audit, audit } from '#platform/verify/audit.ts'
import { auditDevices } from '#platform/verify/audit-devices.ts'
import { AuditedLog } from '#platform/verify/audited-log.ts'
import { openEvidence } from '#platform/verify/evidence.ts'
import { readNodeFile } from '#platform/verify/node-file.ts'
import { openChain } from '#platform/verify/open-chain.ts'
import { auditText } from '#platform/verify/print.ts'
import { rebuiltBatch } from '#platform/verify/rebuilt-batch.ts'
import { deviceKeyOf } from '#protocol/device-join.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { keccak } from '#protocol/signing.ts'
import { openSteppedStreet, type SteppedStreet, times } from './stepped-street.ts'

const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21, 9)
const rules = {
  ...defaultMarketRules,
  collateral: 'reserved' as const,
  devices: 'in-service' as const,
  slotsAhead: 8,
  slotsPerBatch: 1,
  disputeWindowMs: SLOT_MS,
}
const root = mkdtempSync(join(tmpdir(), 'commonwatt-registered-'))

type Traded = Effect.Success<ReturnType<Agent['trade']>>

/** What the registry tells of a home's device in a slot. */
type Standing = { readonly status: string; readonly key: string } | null
let standings: Readonly<Record<string, readonly Standing[]>> = {}
let annaKey = ''
let before: Audit
let after: Audit
let leftOut: readonly { readonly account: string; readonly slot: number }[] = []
let bobsAccount = ''
let annaTrades: Traded
let bobTrades: Traded
let inService: readonly string[] = []
/** what the audit of devices says of batches that leave nothing out */
let settledAsLogged: unknown

/** The agent of a home that comes from elsewhere, and reads a meter of the street. */
const outsider = (street: SteppedStreet, home: string, algorithm: 'secp256k1' | 'p256') =>
  Effect.gen(function* () {
    const { live, clock, simulated } = street
    const [neighbour] = live.homes
    if (neighbour === undefined) throw new Error('a street has homes')
    const uri = (name: string) => pathToFileURL(join(root, `${home}-${name}`)).href
    const deviceKey = yield* loadOrGenerateKey(uri('device'), algorithm)
    const agent = yield* makeAgent({
      home,
      neighbourhood: simulated.neighbourhood,
      deviceId: `${home}-meter`,
      deviceKey,
      streamKeyUri: uri('stream'),
      accountKey: yield* loadOrGenerateAccountKey(uri('account')),
      device: neighbour.device.address,
      gatewayUrl: live.url,
      dataFile: join(root, `${home}.sqlite`),
      clock,
      clockState: 'simulated',
      trader: rampTrader,
    })
    return { agent, deviceKey }
  })

/** Where the audit of devices fails for batches that settle all that their log has; null: nowhere. */
const auditedAsLogged = (folder: string, events: readonly LoggedEvent[]) =>
  Effect.gen(function* () {
    const node = yield* readNodeFile(folder)
    const chain = yield* openChain({ folder, node, rpcUrl: undefined, confirmations: 0 })
    const log = new AuditedLog({ folder, node, archiveKey: null })
    const book = emptySettlementBook()
    const batches: BuiltBatch[] = []
    for (const logged of events) {
      const { event } = logged
      if (event.type === 'BatchProposed') {
        const built = rebuiltBatch({ node, archiveKey: null }, book, { ...event.batch, setAside: undefined })
        if (built !== null) batches.push(built)
      }
      log.take(logged)
      foldEvent(book, logged)
    }
    const { p256Verifier } = node.addresses
    return yield* Effect.match(auditDevices(chain, { batches, log, p256Verifier }), {
      onSuccess: () => null,
      onFailure: (failure) => ('facts' in failure ? failure.facts : failure),
    })
  }).pipe(Effect.scoped)

beforeAll(() => {
  const folder = join(root, 'street')
  mkdirSync(folder)
  const audited = Effect.scoped(
    Effect.flatMap(openEvidence({ data: folder, rpcUrl: undefined }), (evidence) => audit(evidence)),
  )
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const street = yield* openSteppedStreet({ homes: 2, seed: 3, startMs, folder, rules })
        const step = Effect.fnUntraced(function* (
          fromMs: number,
          toMs: number,
          others: readonly (typeof anna.agent)[],
        ) {
          for (const timeMs of times({ fromMs, toMs, stepMinutes: 7.5 })) {
            yield* street.moveTo(timeMs, 'rest')
            for (const agent of others) yield* Effect.andThen(agent.poll(), agent.publish())
          }
        })
        const anna = yield* outsider(street, 'anna', 'p256')
        annaKey = deviceKeyOf(anna.deviceKey, street.live.deployment.addresses.p256Verifier)
        yield* anna.agent.enrol()
        yield* anna.agent.register().pipe(Effect.repeat({ until: (isDone) => isDone }))
        yield* step(startMs + SLOT_MS / 2, startMs + 5 * SLOT_MS, [anna.agent])
        annaTrades = yield* anna.agent.trade()
        before = yield* audited

        // Bob's agent is not one of ours: it does not care for the registry, and he pays into the vault himself.
        const bob = yield* outsider(street, 'bob', 'secp256k1')
        yield* bob.agent.enrol()
        yield* street.live.chain.fund([{ account: bob.agent.account, amountMicroEur: 1_000_000_000 }])
        yield* step(startMs + 5.5 * SLOT_MS, startMs + 10 * SLOT_MS, [anna.agent, bob.agent])
        bobTrades = yield* bob.agent.trade()
        const { homeOfAccount, inService: accounts } = street.live.neighbourhood.street
        inService = [...accounts].map((account) => homeOfAccount.get(account)?.home ?? account)
        after = yield* audited
        leftOut = street.events.flatMap(({ event }) =>
          event.type === 'BatchProposed' ? (event.batch.setAside?.homes ?? []) : [],
        )
        bobsAccount = bob.agent.account
        settledAsLogged = yield* auditedAsLogged(folder, street.events)

        const { rpcUrl } = yield* readNodeFile(folder)
        const { addresses } = street.live.deployment
        const registry = yield* connectDeviceRegistryReader({ rpcUrl: rpcUrl ?? '', addresses })
        const neighbourhood = neighbourhoodIdOf(street.simulated.neighbourhood)
        const standingOf = (home: { account: `0x${string}`; deviceId: string }, slot: number) =>
          registry.standingAt({ neighbourhood, name: keccak(home.deviceId), owner: home.account }, slot)
        const first = startMs / SLOT_MS
        const homes = [...street.live.neighbourhood.street.homes.values()]
        const told = yield* Effect.forEach(homes, (home) =>
          Effect.map(
            Effect.forEach([first - 1, first, first + 9], (slot) => standingOf(home, slot)),
            (found) => [home.home, found],
          ),
        )
        standings = Object.fromEntries(told)
      }),
    ),
  )
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the devices of a street', () => {
  it('are in the registry before its first slot ends, its own homes’ and one from outside', () => {
    const { anna = [], bob, ...own } = standings
    expect(Object.keys(own)).toHaveLength(2)
    const there = (key: unknown) => ({ device: expect.any(Number), status: 'vetting', key })
    for (const standing of Object.values(own)) {
      expect(standing).toEqual([null, there(expect.any(String)), there(expect.any(String))])
    }
    expect(anna).toEqual([null, there(annaKey), there(annaKey)])
    expect(bob).toEqual([null, null, null])
  })

  it('are counted by the audit, which finds that each of its settled homes had one', () => {
    expect(before).toMatchObject({ holds: true, failure: null })
    expect(before.chain?.batches.proposed).toBeGreaterThan(1)
    expect(before.chain?.devices).toEqual({ registered: 3, inService: 3 })
    expect(auditText(before)).toContain('devices  3 registered, 3 in service')
  })

  it('let their homes trade; of one that has only money, every order is refused, and the log says whose are in service', () => {
    expect(annaTrades.placed).toBeGreaterThan(0)
    expect(annaTrades.refusals).toEqual([])
    expect(bobTrades.placed).toBe(0)
    expect(new Set(bobTrades.refusals.map(({ code }) => code))).toEqual(new Set(['DEVICE_NOT_IN_SERVICE']))
    expect(inService).toHaveLength(3)
    expect(inService).toContain('anna')
  })

  it('and one that pays in without being registered is left out of every batch', () => {
    expect(after).toMatchObject({ holds: true, failure: null })
    expect(leftOut.length).toBeGreaterThan(1)
    expect(new Set(leftOut.map(({ account }) => account))).toEqual(new Set([bobsAccount]))
  })

  it('and one that were settled without being registered would be found, by its name', () => {
    expect(settledAsLogged).toMatchObject({
      step: 'devices',
      place: expect.stringMatching(/^device of bob when slot \d+ ended$/),
      expected: 'one in the registry',
      got: 'none of its name and owner',
    })
  })
})
