import { Effect } from 'effect'
import fc from 'fast-check'
import { createPublicClient, decodeFunctionResult, encodeFunctionData, http } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { compileFixture } from './compile-fixture.ts'
import { run, testChain } from './on-chain.ts'

const MESSAGES = 300

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => `0x${Buffer.from(array).toString('hex')}` as const)
/** any text, for the hash is of its UTF-8 bytes */
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 80 }))
const count = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER))

const order = fc.record({
  account: hex(20),
  neighbourhood: text,
  slot: count,
  side: fc.constantFrom('buy', 'sell'),
  type: fc.constantFrom('limit', 'market'),
  priceEurPerMWh: fc.maxSafeInteger(),
  energyWh: count,
  timeInForce: fc.constantFrom('GTC', 'GTD', 'IOC', 'FOK'),
  expiresAtMs: count,
  postOnly: fc.boolean(),
  selfTradePrevention: fc.constantFrom('none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'),
  replaces: count,
  nonce: count,
} as const)

const cancel = fc.record({ account: hex(20), neighbourhood: text, slot: count, orderId: hex(32), nonce: count })

const statement = fc.record({
  deviceId: text,
  account: hex(20),
  neighbourhood: text,
  slot: count,
  importWh: count,
  exportWh: count,
  firstSequence: count,
  lastSequence: count,
  chainHead: hex(32),
  quality: count,
  estimated: fc.boolean(),
})

/** where the contract stands for the length of a call */
const to = `0x${'f1'.repeat(20)}` as const
const verifyingContract = `0x${'5e'.repeat(20)}` as const
const domain: SigningDomain = { name: 'Commonwatt', version: '1', chainId: 31_337, verifyingContract }

describe('the library SignedMessages', () => {
  let fixture: ReturnType<typeof compileFixture>
  beforeAll(() => {
    fixture = compileFixture('SignedMessagesFixture')
  })

  /** What the contract says of many messages. */
  const onChain = (functionName: string, messages: readonly object[]) =>
    run(
      Effect.gen(function* () {
        const { chain } = yield* testChain()
        const client = createPublicClient({ transport: http(chain.rpcUrl) })
        const { abi, code } = fixture
        const data = encodeFunctionData({ abi, functionName, args: [verifyingContract, messages] })
        const answer = yield* Effect.promise(() => client.call({ to, data, stateOverride: [{ address: to, code }] }))
        return decodeFunctionResult({ abi, functionName, data: answer.data ?? '0x' }) as readonly string[]
      }),
    )

  it(`hashes ${MESSAGES} orders as protocol/signing.ts does`, async () => {
    const orders = fc.sample(order, { numRuns: MESSAGES, seed: 1 })
    const digests = await onChain(
      'orderDigests',
      orders.map(({ type, ...rest }) => ({ ...rest, orderType: type })),
    )
    expect(digests).toEqual(orders.map((body) => digestOf({ domain, kind: 'order', body })))
  })

  it(`hashes ${MESSAGES} cancellations as protocol/signing.ts does`, async () => {
    const cancels = fc.sample(cancel, { numRuns: MESSAGES, seed: 2 })
    const digests = await onChain('cancelDigests', cancels)
    expect(digests).toEqual(cancels.map((body) => digestOf({ domain, kind: 'cancel', body })))
  })

  it(`hashes ${MESSAGES} statements as protocol/signing.ts does`, async () => {
    const statements = fc.sample(statement, { numRuns: MESSAGES, seed: 3 })
    const digests = await onChain('statementDigests', statements)
    expect(digests).toEqual(statements.map((body) => digestOf({ domain, kind: 'statement', body })))
  })
})
