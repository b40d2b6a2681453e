import { Effect } from 'effect'
import { expect } from 'vitest'
import { contractsAt } from '#contracts/chain/contracts-at.ts'
import { connectRpc } from '#contracts/chain/viem.ts'
import { type ChainFailure, connectDeviceRegistry, openTransactions } from '#contracts/index.ts'
import { type DeviceJoin, signDeviceJoin } from '#protocol/device-join.ts'
import { p256Signer } from '#protocol/p256.ts'
import type { Signer } from '#protocol/signer.ts'
import { digestOf, keccak, secp256k1Signer } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { person, run, testChain } from './on-chain.ts'

type Hex = `0x${string}`

export const [alice, bob, payer, maker, stranger] = [
  person(0xa1),
  person(0xb1),
  person(0xc1),
  person(0xd1),
  person(0xe1),
]
export const [meter, otherMeter] = [p256Signer(person(0xf1).key), p256Signer(person(0xf2).key)]
/** a device whose key is secp256k1 */
export const softMeter = secp256k1Signer(person(0xf3).key)
export const nobody: Hex = `0x${'0'.repeat(40)}`
export const BURNT: Hex = '0x000000000000000000000000000000000000dead'
export const BOND = 50_000_000n
export const MAKER_BOND = 5_000_000_000n
export const WEEK_MS = 7 * 86_400_000
export const SLOT_MS = 900_000

const SLOT_SECONDS = 900

/** The registry of a fresh chain: the payer, the maker and the challengers have coin, and the registry may take it. */
const openRegistry = Effect.gen(function* () {
  const t = yield* testChain()
  const { rpcUrl, operatorKey } = t.chain
  const { addresses, chainId } = t.deployment
  const rpc = yield* connectRpc(rpcUrl)
  const transactions = yield* openTransactions({ rpcUrl })
  const { eurc, deviceRegistry, tradingKeys } = contractsAt(addresses)
  const domain: SigningDomain = { name: 'Commonwatt', version: '1', chainId, verifyingContract: addresses.settlement }
  const seconds = () => Math.floor(t.clock.timeMs / 1000)

  const send = (key: Hex, functionName: string, args: readonly unknown[]) =>
    transactions.send(key, { ...deviceRegistry, functionName, args })
  const ask = <A>(functionName: string, args: readonly unknown[] = []) =>
    rpc.read<A>({ ...deviceRegistry, functionName, args })
  for (const { key, account } of [payer, maker]) {
    yield* transactions.send(key, { ...eurc, functionName: 'mint', args: [account, 20_000_000_000n] })
    yield* transactions.send(key, { ...eurc, functionName: 'approve', args: [deviceRegistry.address, 2n ** 256n - 1n] })
  }
  const coinOf = (account: Hex) => rpc.read<bigint>({ ...eurc, functionName: 'balanceOf', args: [account] })
  const registry = yield* connectDeviceRegistry({ rpcUrl, addresses })
  const { p256Verifier } = addresses

  let nonce = 0
  /** A signed request: Alice's meter of its name unless said otherwise. A nonce of its own each. */
  const signed = (
    over: Partial<Parameters<typeof signDeviceJoin>[0]> = {},
    change: (join: DeviceJoin) => DeviceJoin = (join) => join,
  ) => {
    const request = {
      domain,
      neighbourhood: 'lime-street',
      deviceId: 'home-1',
      owner: secp256k1Signer(alice.key),
      device: meter,
      p256Verifier,
      deadline: seconds() + 3_600,
      nonce: nonce++,
      ...over,
    }
    const signedJoin = signDeviceJoin(request)
    return { ...signedJoin, join: change(signedJoin.join) }
  }
  const sendJoin = ({ join, ownerSignature, deviceSignature }: ReturnType<typeof signed>, key = payer.key) =>
    send(key, 'join', [join, ownerSignature, deviceSignature])
  /** Registers a device and gives its id. */
  const joined = (over: Parameters<typeof signed>[0] = {}) =>
    Effect.flatMap(sendJoin(signed(over)), () => ask<bigint>('devices'))

  /** A device's statement of a slot, and its signature. */
  const statement = (over: Partial<Statement> = {}, by: { signer?: Signer; domain?: SigningDomain } = {}) => {
    const body: Statement = {
      deviceId: 'home-1',
      account: alice.account,
      neighbourhood: 'lime-street',
      slot: Math.floor(seconds() / SLOT_SECONDS),
      importWh: 10,
      exportWh: 700,
      firstSequence: 1,
      lastSequence: 30,
      chainHead: keccak('head'),
      quality: 0,
      estimated: false,
      ...over,
    }
    const { signer = meter, domain: under = domain } = by
    return { body, signature: signer.signDigest(digestOf({ domain: under, kind: 'statement', body })) }
  }
  type Signed = ReturnType<typeof statement>
  const prove = (a: Signed, b: Signed, key = stranger.key) =>
    send(key, 'proveEquivocation', [a.body, a.signature, b.body, b.signature])

  return {
    ...t,
    operatorKey,
    addresses,
    rpc,
    domain,
    registry,
    p256Verifier,
    tradingKeys,
    seconds,
    send,
    ask,
    coinOf,
    signed,
    sendJoin,
    joined,
    statement,
    prove,
    status: (device: bigint) => registry.statusOf(Number(device)),
    transfer: (key: Hex, from: Hex, to: Hex, device: bigint) => send(key, 'transferFrom', [from, to, device]),
    /** The sum of all bonds; fails if the registry holds anything else. */
    bonds: Effect.gen(function* () {
      const total = yield* ask<bigint>('totalBondsMicroEur')
      expect(yield* coinOf(addresses.deviceRegistry)).toBe(total)
      return total
    }),
  }
})

export type OpenRegistry = Effect.Success<typeof openRegistry>

/** A test on a registry of its own. */
export const withRegistry = (body: (t: OpenRegistry) => Effect.Effect<void, Error>) => () =>
  run(Effect.flatMap(openRegistry, (t) => Effect.andThen(body(t), Effect.asVoid(t.bonds))))

/** The name of the custom error with which something is refused. */
export const revertOf = <A>(effect: Effect.Effect<A, ChainFailure>): Effect.Effect<string | undefined, Error> =>
  Effect.matchEffect(effect, {
    onFailure: ({ revert, message }) => Effect.succeed(revert ?? message),
    onSuccess: () => Effect.fail(new Error('was not refused')),
  })
