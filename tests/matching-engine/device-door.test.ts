import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import type { DeviceRegistryPort } from '#matching-engine/gateway/device-registry-port.ts'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import type { DeviceJoin, SignedDeviceJoin } from '#protocol/device-join.ts'
import { p256Signer } from '#protocol/p256.ts'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import { publishedTypes } from '#protocol/typed-data.ts'
import { domain, Home, NOW_MS, p256Verifier, roseStreet, run, submitOne } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 1 }
const nowSeconds = NOW_MS / 1_000
const DAY_SECONDS = 86_400

/** What a registry says, and what it was asked. */
type Registrar = NonNullable<DeviceRegistryPort['registerDevice']>
const registering = (answer: ReturnType<Registrar>) => {
  const asked: SignedDeviceJoin[] = []
  const registerDevice: Registrar = (signed) =>
    Effect.suspend(() => {
      asked.push(signed)
      return answer
    })
  return { asked, port: { p256Verifier, registerDevice } }
}

const served = (registry?: DeviceRegistryPort) =>
  Effect.gen(function* () {
    const street = yield* roseStreet
    const options = { neighbourhood: street.neighbourhood, clock, host: '127.0.0.1', port: 0 }
    const gateway = yield* serveGateway(registry === undefined ? options : { ...options, registry })
    const ask = (path: string, body?: unknown) =>
      Effect.promise(async () => {
        const headers = { 'content-type': 'application/json' }
        const posted = { method: 'POST', headers, body: JSON.stringify(body) }
        const response = await fetch(`${gateway.url}/api/v1/${path}`, body === undefined ? {} : posted)
        return { status: response.status, headers: response.headers, json: (await response.json()) as object }
      })
    return { ...street, ...gateway, ask, post: (body: unknown) => ask('devices', body) }
  })
type Served = Effect.Success<ReturnType<typeof served>>
const withDoor = (
  registry: DeviceRegistryPort | undefined,
  test: (door: Served) => Effect.Effect<void, unknown, Scope.Scope>,
) => run(Effect.flatMap(served(registry), test))

const changed = (signed: SignedDeviceJoin, join: Partial<DeviceJoin>) => ({
  ...signed,
  join: { ...signed.join, ...join },
})

describe('the door for devices', () => {
  it('hands the request of an enrolled device to the registry, and says its id', () => {
    const { asked, port } = registering(Effect.succeed(7))
    return withDoor(port, ({ post, anna }) =>
      Effect.gen(function* () {
        const signed = anna.deviceJoin({ siteHash: keccak('Rose Street 5'), nonce: 12 })
        for (let times = 1; times <= 2; times++) {
          const { status, json } = yield* post(signed)
          expect([status, json]).toEqual([200, { device: 7 }])
        }
        expect(asked).toEqual([signed, signed])
      }),
    )
  })

  it('takes one by a P-256 key, under the verifier of its chain', () => {
    const { asked, port } = registering(Effect.succeed(8))
    const device = p256Signer(`0x${'51'.repeat(32)}`)
    return withDoor(port, ({ post, neighbourhood }) =>
      Effect.gen(function* () {
        const carla = new Home('carla')
        yield* submitOne(neighbourhood, carla.enrolment({ deviceSigner: device.signer }))
        expect((yield* post(carla.deviceJoin({ device }))).status).toBe(200)
        expect(asked).toHaveLength(1)
        const elsewhere = yield* post(carla.deviceJoin({ device, p256Verifier: `0x${'7f'.repeat(20)}` }))
        expect([elsewhere.status, elsewhere.json]).toMatchObject([403, { code: 'NOT_AUTHORISED', field: 'join.key' }])
        const signedBySoft = changed(carla.deviceJoin(), { key: carla.deviceJoin({ device }).join.key })
        expect((yield* post(signedBySoft)).json).toMatchObject({ code: 'BAD_SIGNATURE' })
      }),
    )
  })

  it('says 202 while the chain takes its time', () =>
    withDoor(registering(Effect.succeed(null)).port, ({ post, anna }) =>
      Effect.gen(function* () {
        const { status, json } = yield* post(anna.deviceJoin())
        expect([status, json]).toEqual([202, { device: null }])
      }),
    ))

  const refusals: readonly [string, (anna: Home, ben: Home) => unknown, number, string, string | undefined][] = [
    ['no request', () => 42, 400, 'MALFORMED', undefined],
    ['a list of them', (anna) => [anna.deviceJoin()], 400, 'MALFORMED', undefined],
    ['a field too many', (anna) => ({ ...anna.deviceJoin(), kind: 'join' }), 400, 'MALFORMED', 'kind'],
    ['a name that is no hash', (anna) => changed(anna.deviceJoin(), { name: '0x12' }), 400, 'MALFORMED', 'join.name'],
    ['a key that is none', (anna) => changed(anna.deviceJoin(), { key: '0x' }), 400, 'MALFORMED', 'join.key'],
    [
      'a deadline that is no number',
      (anna) => changed(anna.deviceJoin(), { deadline: 1e300 }),
      400,
      'MALFORMED',
      'join.deadline',
    ],
    [
      'a short signature',
      (anna) => ({ ...anna.deviceJoin(), ownerSignature: '0x12' }),
      400,
      'MALFORMED',
      'ownerSignature',
    ],
    [
      'another neighbourhood',
      (anna) => anna.deviceJoin({ neighbourhood: 'elm-street' }),
      404,
      'WRONG_NEIGHBOURHOOD',
      'join.neighbourhood',
    ],
    ['an owner that is no member', () => new Home('carla').deviceJoin(), 404, 'UNKNOWN_HOME', 'join.owner'],
    [
      "a neighbour's device",
      (anna, ben) => anna.deviceJoin({ deviceId: ben.deviceId }),
      403,
      'NOT_AUTHORISED',
      'join.name',
    ],
    [
      'another key than the enrolled one',
      (anna, ben) => anna.deviceJoin({ device: secp256k1Signer(ben.deviceKey) }),
      403,
      'NOT_AUTHORISED',
      'join.key',
    ],
    [
      'a deadline that has passed',
      (anna) => anna.deviceJoin({ deadline: nowSeconds - 1 }),
      422,
      'WRONG_DEADLINE',
      'join.deadline',
    ],
    [
      'a deadline further away than a day',
      (anna) => anna.deviceJoin({ deadline: nowSeconds + DAY_SECONDS + 1 }),
      422,
      'WRONG_DEADLINE',
      'join.deadline',
    ],
    [
      'the signature of another owner',
      (anna, ben) => ({ ...anna.deviceJoin(), ownerSignature: ben.deviceJoin().ownerSignature }),
      401,
      'BAD_SIGNATURE',
      'ownerSignature',
    ],
    [
      'the signature of another device',
      (anna, ben) => ({ ...anna.deviceJoin(), deviceSignature: ben.deviceJoin().deviceSignature }),
      401,
      'BAD_SIGNATURE',
      'deviceSignature',
    ],
    [
      'a signature over another request',
      (anna) => changed(anna.deviceJoin(), { siteHash: keccak('elsewhere') }),
      401,
      'BAD_SIGNATURE',
      'ownerSignature',
    ],
    [
      'a signature for another chain',
      (anna) => anna.deviceJoin({ domain: { ...domain, chainId: 1 } }),
      401,
      'BAD_SIGNATURE',
      'ownerSignature',
    ],
  ]
  it.each(refusals)('refuses %s, and asks no registry', (_, request, status, code, field) => {
    const { asked, port } = registering(Effect.succeed(7))
    return withDoor(port, ({ post, anna, ben }) =>
      Effect.gen(function* () {
        const refused = yield* post(request(anna, ben))
        expect([refused.status, refused.json]).toMatchObject([status, { status, code, detail: expect.any(String) }])
        expect((refused.json as { readonly field?: string }).field).toBe(field)
        expect(asked).toEqual([])
      }),
    )
  })

  it('takes deadlines from now to a day ahead', () =>
    withDoor(registering(Effect.succeed(7)).port, ({ post, anna }) =>
      Effect.gen(function* () {
        for (const deadline of [nowSeconds, nowSeconds + DAY_SECONDS]) {
          expect((yield* post(anna.deviceJoin({ deadline }))).status).toBe(200)
        }
      }),
    ))

  it.each([
    [
      'says no to a used nonce',
      { message: 'used', revert: 'NonceUsed' },
      409,
      { code: 'NONCE_USED', field: 'join.nonce' },
    ],
    [
      'says no',
      { message: 'join: KeyInUse', revert: 'KeyInUse' },
      409,
      { code: 'DEVICE_REFUSED', detail: 'join: KeyInUse' },
    ],
    ['is silent', { message: 'nobody there' }, 503, { code: 'REGISTRY_SILENT' }],
  ] as const)('passes on that the registry %s', (_, failure, status, problem) =>
    withDoor(registering(Effect.fail(failure)).port, ({ post, anna }) =>
      Effect.gen(function* () {
        const refused = yield* post(anna.deviceJoin())
        expect([refused.status, refused.json]).toMatchObject([status, problem])
        expect(refused.headers.get('retry-after')).toBe(status === 503 ? '10' : null)
      }),
    ),
  )

  it('says 501 where the market registers none, whatever it is sent', () =>
    withDoor({ p256Verifier }, ({ post, anna }) =>
      Effect.gen(function* () {
        for (const body of [anna.deviceJoin(), 42]) {
          const { status, json } = yield* post(body)
          expect([status, json]).toMatchObject([501, { code: 'NO_REGISTRY', detail: expect.stringContaining('join') }])
        }
      }),
    ))

  it('takes none while the market is about to stop', () =>
    withDoor(registering(Effect.succeed(7)).port, ({ post, anna, prepareToStop }) =>
      Effect.gen(function* () {
        prepareToStop()
        expect((yield* post(anna.deviceJoin())).json).toMatchObject({ status: 503, code: 'MARKET_STOPPING' })
      }),
    ))

  it('is told of in the protocol: what is signed, and under which verifier', async () => {
    await withDoor({ p256Verifier }, ({ ask }) =>
      Effect.gen(function* () {
        expect((yield* ask('protocol')).json).toMatchObject({ p256Verifier, types: publishedTypes })
      }),
    )
    await withDoor(undefined, ({ ask, post, anna }) =>
      Effect.gen(function* () {
        expect((yield* ask('protocol')).json).toMatchObject({ p256Verifier: null })
        expect((yield* post(anna.deviceJoin())).status).toBe(501)
      }),
    )
  })
})
