import { encodeAbiParameters, keccak256, parseSignature } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { grid, home, supplier } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { person } from './on-chain.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, ELM, EUR, GENESIS, LIME, refusal, VaultChain } from './vault-chain.ts'

type Hex = `0x${string}`

const [alice, bob] = [4, 5]
const [aliceAccount, bobAccount] = [home(0), home(1)]
const WINDOW = 3_600
const DAY = 86_400
const SILENCE = 14 * DAY
const BOND = 1_000 * EUR
const nobody: Hex = `0x${'0'.repeat(40)}`

let chain: VaultChain
beforeEach(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: BOND })
  for (const n of [0, 1]) await chain.deposit(home(n), 100 * EUR)
})
afterEach(() => chain.close())

const balanceOf = async (account: Hex) => Number(await chain.read('vault', 'balanceOf', [LIME, account]))
const walletOf = async (account: Hex) => Number(await chain.read('coin', 'balanceOf', [account]))
const lockedOf = async (account: Hex) =>
  Number(((await chain.read('vault', 'withdrawalOf', [LIME, account])) as { amountMicroEur: bigint }).amountMicroEur)
const requestWithdrawal = (account: Hex, amount: number) =>
  chain.send(account, 'vault', 'requestWithdrawal', [LIME, amount])
const claim = (account: Hex) => chain.send(account, 'vault', 'claimWithdrawal', [LIME])
const leave = (account: Hex) => chain.send(account, 'vault', 'escape', [LIME])
const release = (amount: number, from = cast.operator) => chain.send(from, 'vault', 'releaseBond', [LIME, amount])
/** Proposes a batch, waits for its window, and books it. */
const settle = async (part: Uint8Array, lastSlot?: number) => {
  const over = lastSlot === undefined ? {} : { header: { firstSlot: lastSlot, lastSlot } }
  const batch = await chain.propose([part], over)
  chain.pass(WINDOW)
  return chain.apply(batch)
}
/** I1: the coins that the vault holds are exactly those of its accounts and the bond. */
const expectHeldToBeOwned = async () => {
  const { seats, bondMicroEur, heldMicroEur } = await chain.books()
  const owned = seats.reduce((sum, { balanceMicroEur, lockedMicroEur }) => sum + balanceMicroEur + lockedMicroEur, 0n)
  expect(heldMicroEur).toBe(owned + bondMicroEur)
}

describe('a deposit', () => {
  const deposit = async (account: Hex, amount: number | bigint, neighbourhood = LIME) => {
    await chain.provide(cast.stranger, amount)
    return chain.send(cast.stranger, 'vault', 'deposit', [neighbourhood, account, amount])
  }
  /** Without the approval, which would change what is stored. */
  const refused = async (account: Hex, amount: number | bigint, error: string, neighbourhood = LIME) => {
    await chain.provide(cast.stranger, amount)
    const args = [neighbourhood, account, amount]
    await expectRefused(chain, () => chain.send(cast.stranger, 'vault', 'deposit', args), error)
  }

  it('takes a seat for at least a euro, and anything after that', async () => {
    await refused(home(2), EUR - 1, `OpeningTooSmall(${EUR - 1}, ${EUR})`)
    await deposit(home(2), EUR)
    expect(await chain.read('vault', 'seatOf', [LIME, home(2)])).toBe(6n)
    expect(await chain.read('vault', 'accountAt', [LIME, 6])).toMatch(new RegExp(home(2), 'i'))
    await deposit(home(2), 1)
    expect(await balanceOf(home(2))).toBe(EUR + 1)
    await deposit(grid, 1) // a counterparty has its seat already
    expect(await balanceOf(grid)).toBe(1)
    await expectHeldToBeOwned()
  })

  it('is of something, for somebody, somewhere', async () => {
    await refused(aliceAccount, 0, 'ZeroAmount()')
    await refused(nobody, EUR, 'ZeroAccount()')
    await refused(aliceAccount, EUR, `UnknownNeighbourhood(${ELM})`, ELM)
    await expectRefused(
      chain,
      () => chain.send(cast.stranger, 'vault', 'postBond', [ELM, 1]),
      `UnknownNeighbourhood(${ELM})`,
    )
    await expectRefused(chain, () => chain.send(cast.stranger, 'vault', 'postBond', [LIME, 0]), 'ZeroAmount()')
  })

  it('finds no seat when all are taken', async () => {
    // The neighbourhood's own slot counts seats in its lowest bits (`Treasury`); the second mapping of the vault.
    const slot = keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [LIME, 1n]))
    const full = `0x${(262_144).toString(16).padStart(64, '0')}`
    await chain.request('hardhat_setStorageAt', [chain.addresses.vault, slot, full])
    expect(await chain.read('vault', 'seatsTaken', [LIME])).toBe(262_144n)
    await refused(home(2), EUR, `NoSeatLeft(${LIME})`)
  })

  it('is kept whole beside a lane that it overflows, and comes back', async () => {
    const large = 2n ** 60n
    await deposit(aliceAccount, large)
    expect(await chain.read('vault', 'balanceOf', [LIME, aliceAccount])).toBe(large + BigInt(100 * EUR))
    await chain.send(aliceAccount, 'vault', 'requestWithdrawal', [LIME, large])
    expect(await balanceOf(aliceAccount)).toBe(100 * EUR)
    await chain.send(aliceAccount, 'vault', 'requestWithdrawal', [LIME, 100 * EUR])
    expect(await balanceOf(aliceAccount)).toBe(0)
    await expectHeldToBeOwned()
  })

  it('for a counterparty is at most what its field holds', async () => {
    await deposit(supplier, 2n ** 63n - 1n)
    await refused(supplier, 1, `BalanceTooLarge(1, ${2n ** 63n})`)
  })

  it('takes a permit in place of an approval, even one that somebody used first', async () => {
    const { key, account } = person(0xabc)
    await chain.send(cast.deployer, 'coin', 'mint', [account, 10 * EUR])
    const message = {
      owner: account,
      spender: chain.addresses.vault,
      value: BigInt(5 * EUR),
      nonce: 0n,
      deadline: 2n ** 40n,
    }
    const types = {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    }
    const domain = { name: 'Test EURC', version: '1', chainId: 31_337, verifyingContract: chain.addresses.coin }
    const signature = await privateKeyToAccount(key).signTypedData({ domain, types, primaryType: 'Permit', message })
    const { r, s, v = 27n } = parseSignature(signature)
    await chain.send(cast.stranger, 'coin', 'permit', [
      account,
      message.spender,
      message.value,
      message.deadline,
      v,
      r,
      s,
    ])
    const args = [LIME, account, 5 * EUR, message.deadline, v, r, s]
    await chain.send(account, 'vault', 'depositWithPermit', args)
    expect(await balanceOf(account)).toBe(5 * EUR)
    // Used up: no second deposit comes of it.
    expect(await refusal(chain.send(account, 'vault', 'depositWithPermit', args))).toMatch(
      /^ERC20InsufficientAllowance/,
    )
  })
})

describe('a withdrawal', () => {
  const lastOpenSlot = GENESIS / 900 + 96

  it('is requested of what is there, and paid when the slots that were open then are settled', async () => {
    await expectRefused(chain, () => requestWithdrawal(aliceAccount, 0), 'ZeroAmount()')
    const tooMuch = 100 * EUR + 1
    const error = `InsufficientBalance(${aliceAccount}, ${100 * EUR}, ${tooMuch})`
    await expectRefused(chain, () => requestWithdrawal(aliceAccount, tooMuch), error)
    await expectRefused(chain, () => claim(aliceAccount), `NothingToClaim(${aliceAccount})`)
    await requestWithdrawal(aliceAccount, 60 * EUR)
    expect([await balanceOf(aliceAccount), await lockedOf(aliceAccount)]).toEqual([40 * EUR, 60 * EUR])
    await expectRefused(chain, () => claim(aliceAccount), `SlotsNotFinal(0, ${lastOpenSlot})`)
    chain.pass(2 * DAY)
    await settle(rawPart([]), lastOpenSlot - 1)
    await expectRefused(chain, () => claim(aliceAccount), `SlotsNotFinal(${lastOpenSlot - 1}, ${lastOpenSlot})`)
    await settle(rawPart([]), lastOpenSlot)
    await claim(aliceAccount)
    expect(await walletOf(aliceAccount)).toBe(60 * EUR)
    await expectRefused(chain, () => claim(aliceAccount), `NothingToClaim(${aliceAccount})`)
    await expectHeldToBeOwned()
  })

  it('waits anew when it is added to', async () => {
    await requestWithdrawal(aliceAccount, 10 * EUR)
    chain.pass(2 * DAY)
    await requestWithdrawal(aliceAccount, 5 * EUR)
    await settle(rawPart([]), lastOpenSlot)
    await expectRefused(chain, () => claim(aliceAccount), `SlotsNotFinal(${lastOpenSlot}, ${lastOpenSlot + 192})`)
    expect(await lockedOf(aliceAccount)).toBe(15 * EUR)
  })
})

describe('an account that cannot pay', () => {
  it('is clipped to what it has, locked money last; the fund pays, then the bond', async () => {
    await chain.deposit(await fundAccount(), 7 * EUR)
    await requestWithdrawal(aliceAccount, 60 * EUR)
    await settle(payment(alice, bob, 45 * EUR))
    expect([await balanceOf(aliceAccount), await lockedOf(aliceAccount)]).toEqual([0, 55 * EUR])
    await settle(payment(alice, bob, 58 * EUR))
    expect([await balanceOf(aliceAccount), await lockedOf(aliceAccount)]).toEqual([0, 0])
    expect([await balanceOf(await fundAccount()), (await chain.books()).bondMicroEur]).toEqual([4 * EUR, BigInt(BOND)])
    await settle(payment(alice, bob, 10 * EUR))
    expect([await balanceOf(await fundAccount()), (await chain.books()).bondMicroEur]).toEqual([
      0,
      BigInt(BOND - 6 * EUR),
    ])
    expect(await balanceOf(bobAccount)).toBe(213 * EUR)
    await expectHeldToBeOwned()
  })

  it('may be a counterparty, the fund itself, too', async () => {
    await settle(rawPart([{ seat: alice, money: 30n }], [-10n, -10n, -10n]))
    expect(await balanceOf(aliceAccount)).toBe(100 * EUR + 30)
    expect((await chain.books()).bondMicroEur).toBe(BigInt(BOND - 30))
    await expectHeldToBeOwned()
  })

  const fundAccount = async () => (await chain.read('vault', 'accountAt', [LIME, 3])) as Hex
})

describe('movements', () => {
  const refused = async (part: Uint8Array, error: string) => {
    const batch = await chain.propose([part], { debit: 1_000n })
    chain.pass(WINDOW)
    await expectRefused(chain, () => chain.apply(batch), error)
    await chain.dropUnsound(batch) // and what cannot be booked can be shown
  }

  it('are a head and whole groups', async () => {
    await refused(new Uint8Array(31), 'MalformedMovements(31)')
    await refused(new Uint8Array(0), 'MalformedMovements(0)')
    await refused(payment(alice, bob, 5).slice(0, -1), 'MalformedMovements(65)')
  })

  it('name groups once each, upwards, from 1, and seats that are taken', async () => {
    const [first, second] = [payment(alice, bob, 5), payment(8, 9, 5)]
    const join = (...parts: Uint8Array[]) =>
      Uint8Array.from([...first.slice(0, 32), ...parts.flatMap((part) => [...part.slice(32)])])
    for (const n of [2, 3, 4, 5, 6, 7]) await chain.deposit(home(n), EUR)
    await refused(join(second, first), 'WrongGroup(1)')
    await refused(join(first, first), 'WrongGroup(1)')
    await refused(rawPart([{ seat: 1, money: 0n }]), 'WrongGroup(0)')
    await refused(payment(alice, 12, 5), 'WrongGroup(3)')
    await chain.deposit(home(8), EUR)
    await refused(payment(alice, 13, 5), 'WrongGroup(3)')
    await settle(payment(alice, 12, 5))
  })

  it('I3: neither make nor lose money or energy, and say what they debit', async () => {
    await refused(rawPart([{ seat: alice, money: 5n }]), 'DoesNotConserve(5, 0, 0, 0)')
    await refused(rawPart([{ seat: alice, money: -5n }], [4n, 0n, 0n]), 'DoesNotConserve(-1, 0, 5, 5)')
    await refused(rawPart([{ seat: alice, money: 0n, wh: -3n }]), 'DoesNotConserve(0, -3, 0, 0)')
    await refused(rawPart([{ seat: alice, money: -5n }], [5n, 0n, 0n], 4n), 'DoesNotConserve(0, 0, 5, 4)')
    await refused(rawPart([], [-7n, 3n, 4n], 8n), 'DoesNotConserve(0, 0, 7, 8)')
  })
})

describe('an escape', () => {
  it('pays everything, free and locked, after two weeks of silence', async () => {
    await requestWithdrawal(aliceAccount, 60 * EUR)
    chain.pass(SILENCE - 1)
    await expectRefused(chain, () => leave(aliceAccount), `NotAbandoned(${GENESIS + SILENCE}, ${chain.now})`)
    chain.pass(1)
    await leave(aliceAccount)
    expect([await walletOf(aliceAccount), await walletOf(bobAccount)]).toEqual([100 * EUR, 0])
    await expectRefused(chain, () => leave(aliceAccount), `NothingToClaim(${aliceAccount})`)
    await expectRefused(chain, () => leave(cast.stranger), `NothingToClaim(${cast.stranger})`)
    await expectHeldToBeOwned()
  })
})

describe('the bond', () => {
  it('is anybody’s to raise, and the operator’s to take back where no batch needs it', async () => {
    await chain.provide(cast.stranger, 5)
    await chain.send(cast.stranger, 'vault', 'postBond', [LIME, 5])
    await expectRefused(chain, () => release(1, cast.stranger), `NotOperator(${cast.stranger})`)
    const batch = await chain.propose([payment(alice, bob, 150 * EUR)])
    await expectRefused(
      chain,
      () => release(BOND + 5 - 150 * EUR + 1),
      `BondInUse(${BOND + 5 - 150 * EUR}, ${BOND + 6 - 150 * EUR})`,
    )
    await release(BOND + 5 - 150 * EUR)
    chain.pass(WINDOW)
    await chain.apply(batch)
    await release(100 * EUR) // 50 EUR paid what Alice could not
    expect(await walletOf(cast.operator)).toBe(BOND + 5 - 50 * EUR)
    await expectRefused(chain, () => release(1), 'BondInUse(0, 1)')
    await expectHeldToBeOwned()
  })

  it('keeps its least while any batch is open', async () => {
    await chain.propose([rawPart([])])
    await expectRefused(chain, () => release(BOND), `BondInUse(${BOND - 100 * EUR}, ${BOND})`)
  })
})

it('what only the Settlement may, nobody else may', async () => {
  const batch = await chain.propose([rawPart([])])
  const doors: readonly [string, readonly unknown[]][] = [
    ['open', [ELM, aliceAccount, bobAccount, grid]],
    ['expect', [LIME, 1, LIME]],
    ['skipPart', [batch.ref, [], '0x']],
    ['skipRest', [LIME, 1]],
    ['slashBond', [LIME, 1, cast.stranger]],
  ]
  for (const [door, args] of doors) {
    for (const who of [cast.operator, cast.deployer, cast.disputes, cast.stranger]) {
      await expectRefused(chain, () => chain.send(who, 'vault', door, args), `NotSettlement(${who})`)
    }
  }
})
