import { expect } from 'vitest'
import { refusal, type VaultChain } from './vault-chain.ts'

/** Refused with exactly this error, and not one bit of what the three contracts store has changed. */
export async function expectRefused(chain: VaultChain, call: () => Promise<unknown>, error: string): Promise<void> {
  const before = await chain.storage()
  expect(await refusal(call())).toBe(error)
  expect(await chain.storage()).toEqual(before)
}
