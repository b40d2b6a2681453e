import type { Abi } from 'viem'
import { expect, it } from 'vitest'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { measureProofs } from '#contracts/index.ts'
import { run } from './on-chain.ts'

/** Every function of a court that changes something: its proofs. */
const proofs = (['LegProofs', 'OrderProofs', 'StatementProofs', 'BillProofs'] as const).flatMap((court) =>
  (readArtifact(court).abi as Abi).flatMap((item) =>
    item.type === 'function' && item.stateMutability === 'nonpayable' ? [item.name] : [],
  ),
)

it('each proof makes the batch fall that has its fault, for less gas than anybody lacks', async () => {
  const measured = await run(measureProofs({ trades: 12, homes: 4 }))
  expect(Object.keys(measured.proofs).toSorted()).toEqual(proofs.toSorted())
  for (const gas of [...Object.values(measured.proofs), ...Object.values(measured.demands)]) {
    expect(gas).toBeGreaterThan(21_000)
    expect(gas).toBeLessThan(300_000)
  }
})
