import { compileFixture } from './compile-fixture.ts'
import { cast, EUR, LIME, type VaultChain } from './vault-chain.ts'

type Hex = `0x${string}`

const CROWD: Hex = `0x${'f3'.repeat(20)}`
/** As many deposits as fit a transaction with room to spare. */
const AT_ONCE = 150

let compiled: ReturnType<typeof compileFixture> | null = null

/** Seats `home(0)` to `home(count - 1)`, from seat 4 on, with so much each. */
export async function seatHomes(chain: VaultChain, count: number, eachMicroEur = EUR): Promise<void> {
  compiled ??= compileFixture('Crowd')
  const { coin, vault } = chain.addresses
  await chain.request('hardhat_setCode', [CROWD, compiled.code])
  await chain.send(cast.deployer, 'coin', 'mint', [CROWD, BigInt(count) * BigInt(eachMicroEur)])
  const crowd = { address: CROWD, abi: compiled.abi }
  for (let n = 0; n < count; n += AT_ONCE) {
    const args = [vault, coin, LIME, n + 1, Math.min(AT_ONCE, count - n), eachMicroEur]
    await chain.send(cast.stranger, crowd, 'deposit', args)
  }
}
