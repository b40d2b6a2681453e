import { expect } from 'vitest'
import { faults } from '#contracts/chain/faults.ts'
import { challenger, spelled } from './dispute-chain.ts'
import { type DisputeStreet, neighbourhood } from './dispute-street.ts'

type Court = 'LegProofs' | 'OrderProofs' | 'StatementProofs' | 'BillProofs'

/** What came of a proof. */
export interface Fall {
  readonly fault: string | undefined
  readonly challenger: unknown
  readonly slashedMicroEur: bigint
  readonly rewardMicroEur: bigint
  readonly isKept: boolean
}

/** Sends a proof as the challenger; rejects with the exact error where it is refused. */
export const fallOf = (street: DisputeStreet, court: Court, proof: string, args: readonly unknown[]): Promise<Fall> =>
  afterFall(street, challenger.account, args[0], () => street.send(challenger.key, court, proof, args))

/** The same of anything that makes the batch `ref` fall. */
export async function afterFall(
  street: DisputeStreet,
  paid: `0x${string}`,
  ref: unknown,
  act: () => Promise<number>,
): Promise<Fall> {
  const bondBefore = await street.ask<bigint>('Vault', 'bondOf', [neighbourhood])
  const coinBefore = await street.coinOf(paid)
  await act()
  const upheld = (await street.events('Disputes', 'Upheld')).at(-1)
  const [isKept] = await street.ask<readonly [boolean, boolean]>('Settlement', 'statusOf', [ref])
  return {
    fault: faults[Number(upheld?.fault)],
    challenger: upheld?.challenger,
    slashedMicroEur: bondBefore - (await street.ask<bigint>('Vault', 'bondOf', [neighbourhood])),
    rewardMicroEur: (await street.coinOf(paid)) - coinBefore,
    isKept,
  }
}

/** The batch fell for this fault, the bond was slashed, and the challenger has half of that and no more. */
export function expectFall(fall: Fall, fault: (typeof faults)[number], by = challenger.account): void {
  expect({ fault: fall.fault, challenger: fall.challenger, isKept: fall.isKept }).toEqual({
    fault,
    challenger: spelled(by),
    isKept: false,
  })
  expect(fall.slashedMicroEur).toBeGreaterThanOrEqual(100_000_000n)
  expect(fall.rewardMicroEur).toBe(fall.slashedMicroEur / 2n)
}
