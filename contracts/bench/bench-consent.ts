import { Effect } from 'effect'
import { hexOfBytes } from '#protocol/hex.ts'
import type { ChainFailure } from '../chain/chain-failure.ts'
import { refOf } from '../chain/chain-ref.ts'
import type { ChainBatch } from '../chain/contract-types.ts'
import type { BenchChain } from './bench-chain.ts'
import type { BenchHome } from './bench-street.ts'
import { blsKey, consentDomain, g1Words, g2Words, possessionDomain, signTogether } from './bls.ts'

type Hex = `0x${string}`

/** Registers a BLS key for each of these, so that together they can agree to a batch. */
export const registerConsentKeys = (
  bench: BenchChain,
  members: readonly BenchHome[],
): Effect.Effect<void, ChainFailure> =>
  Effect.forEach(
    members,
    ({ key, account }, n) =>
      Effect.gen(function* () {
        const { addresses, chain, rpc, send } = bench
        const consentKeys = ['ConsentKeys', addresses.consentKeys] as const
        const own = keyOf(n)
        const point = g1Words(own.point)
        const [contract, address] = consentKeys
        const args = [chain.neighbourhood, account, point]
        const message = yield* rpc.read<Hex>({ contract, address, functionName: 'possessionMessageOf', args })
        const possession = g2Words(signTogether([own], message, possessionDomain))
        yield* send(key, consentKeys, 'registerKey', [chain.neighbourhood, point, possession])
      }),
    { discard: true },
  )

/** The gas of applying a batch of one part at once, under which so many members have signed: all who have a seat. */
export const applyConsented = (
  bench: BenchChain,
  batch: ChainBatch,
  of: { readonly members: number; readonly part: Uint8Array },
): Effect.Effect<number, ChainFailure> =>
  Effect.gen(function* () {
    const { addresses, local, rpc, send } = bench
    const ref = refOf(batch)
    const { neighbourhood, number, headerHash, movementsHash } = ref
    const message = yield* rpc.read<Hex>({
      contract: 'ConsentKeys',
      address: addresses.consentKeys,
      functionName: 'consentMessageOf',
      args: [neighbourhood, number, headerHash, movementsHash],
    })
    const keys = Array.from({ length: of.members }, (_, n) => keyOf(n))
    const signature = g2Words(signTogether(keys, message, consentDomain))
    const args = [ref, hexOfBytes(of.part), signature]
    return yield* send(local.operatorKey, ['Settlement', addresses.settlement], 'applyConsented', args)
  })

/** The n-th member's. */
const keyOf = (n: number) => blsKey(1_000_000_007n * BigInt(n + 1))
