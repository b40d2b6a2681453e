import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, type Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { type AgentOptions, enrolHome, makeAgent, rampTrader } from '#meter-agent/index.ts'
import { deviceKeyOf } from '#protocol/device-join.ts'
import { p256Signer } from '#protocol/p256.ts'
import { addressOf, keccak } from '#protocol/signing.ts'
import { serveGateway, VERIFIER } from './test-gateway.ts'

const NOW_SECONDS = 1_900_000_000
const folder = mkdtempSync(join(tmpdir(), 'meter-agent-registration-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** A home that is about to join, and a market whose chain has a registry. */
const home = Effect.gen(function* () {
  const gateway = yield* serveGateway({ nowMs: () => NOW_SECONDS * 1_000 + 500 })
  gateway.registry = 7
  const options: AgentOptions = {
    home: 'no-7',
    neighbourhood: 'elm-street',
    deviceId: 'meter-7',
    deviceKey: p256Signer(`0x${'7'.repeat(64)}`),
    streamKeyUri: pathToFileURL(join(folder, `stream-${++files}`)).href,
    accountKey: `0x${'8'.repeat(64)}`,
    device: { type: 'modbus', url: 'tcp://127.0.0.1:9?unit=1' },
    gatewayUrl: gateway.url,
    dataFile: join(folder, `${files}.sqlite`),
    clock: { nowMs: () => 0, speed: 1 },
    trader: rampTrader,
    gatewayTimeoutMs: 500,
  }
  /** One run of its agent, from start to end: as often as it is started again. */
  const run = <A, E>(steps: (agent: Effect.Success<ReturnType<typeof makeAgent>>) => Effect.Effect<A, E>) =>
    Effect.scoped(Effect.flatMap(makeAgent(options), steps))
  return { gateway, options, run }
})
const test = <E>(steps: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))
const joined = (agent: {
  readonly enrol: () => Effect.Effect<void, Error>
  readonly register: () => Effect.Effect<boolean, Error>
}) => Effect.andThen(agent.enrol(), agent.register())

describe('a home has its device registered', () => {
  it('by a request of owner and device, once, also over restarts', () =>
    test(
      Effect.gen(function* () {
        const { gateway, options, run } = yield* home
        yield* run((agent) =>
          Effect.gen(function* () {
            expect(yield* agent.register()).toBe(false) // nobody has enrolled yet
            expect(gateway.joins).toEqual([])
            expect(yield* joined(agent)).toBe(true)
            expect(yield* agent.register()).toBe(true)
          }),
        )
        expect(yield* run(joined)).toBe(true)
        expect(gateway.joins.map(({ join: request }) => request)).toEqual([
          {
            neighbourhood: keccak('elm-street'),
            name: keccak('meter-7'),
            owner: addressOf(options.accountKey),
            key: deviceKeyOf(options.deviceKey, VERIFIER),
            siteHash: `0x${'0'.repeat(64)}`,
            maker: `0x${'0'.repeat(40)}`,
            nonce: expect.any(Number),
            deadline: NOW_SECONDS + 43_200,
          },
        ])
      }),
    ))

  it('asking again, by another nonce each time, until the market says that it is', () =>
    test(
      Effect.gen(function* () {
        const { gateway, run } = yield* home
        gateway.registry = 'under way'
        yield* run((agent) =>
          Effect.gen(function* () {
            expect(yield* joined(agent)).toBe(false)
            expect(yield* agent.register()).toBe(false)
            gateway.registry = 3
            expect(yield* agent.register()).toBe(true)
          }),
        )
        expect(new Set(gateway.joins.map(({ join: request }) => request.nonce)).size).toBe(3)
      }),
    ))

  it('again after a crash between its request and the answer', () =>
    test(
      Effect.gen(function* () {
        const { gateway, run } = yield* home
        yield* run((agent) =>
          Effect.gen(function* () {
            yield* agent.enrol()
            gateway.registry = 'under way'
            expect(yield* agent.register()).toBe(false)
          }),
        )
        gateway.registry = 7
        expect(yield* run(joined)).toBe(true)
        expect(gateway.joins).toHaveLength(2)
        expect(gateway.enrolments()).toBe(1)
      }),
    ))

  it('again where the market has forgotten the home', () =>
    test(
      Effect.gen(function* () {
        const { gateway, options, run } = yield* home
        yield* run(joined)
        yield* enrolHome(options)
        expect(gateway.joins).toHaveLength(2)
      }),
    ))

  it.each([
    ['that settles on no chain', null, 0],
    ['that registers none', 'NO_REGISTRY', 1],
  ] as const)('not in a market %s, which is no failure', (_, registry, asked) =>
    test(
      Effect.gen(function* () {
        const { gateway, run } = yield* home
        gateway.registry = registry
        yield* run((agent) =>
          Effect.gen(function* () {
            expect(yield* joined(agent)).toBe(true)
            expect(yield* agent.register()).toBe(true)
          }),
        )
        expect(gateway.joins).toHaveLength(asked)
        gateway.registry = 7 // one may come later: the next run asks
        expect(yield* run(joined)).toBe(true)
        expect(gateway.joins).toHaveLength(asked + 1)
      }),
    ),
  )

  it('leaves a market alone for a while that has refused it', () =>
    test(
      Effect.gen(function* () {
        const { gateway, run } = yield* home
        gateway.registry = 'DEVICE_REFUSED'
        yield* run((agent) =>
          Effect.gen(function* () {
            yield* agent.enrol()
            expect(yield* Effect.flip(agent.register())).toMatchObject({
              _tag: 'GatewayRefused',
              code: 'DEVICE_REFUSED',
            })
            gateway.registry = 7
            expect(yield* agent.register()).toBe(false)
          }),
        )
        expect(gateway.joins).toHaveLength(1)
      }),
    ))

  it('and is enrolled all the same where that fails', () =>
    test(
      Effect.gen(function* () {
        const { gateway, options } = yield* home
        gateway.registry = 'DEVICE_REFUSED'
        expect(yield* enrolHome(options)).toEqual({
          account: addressOf(options.accountKey),
          deviceSigner: options.deviceKey.signer,
        })
        expect(gateway.enrolments()).toBe(1)
      }),
    ))
})
