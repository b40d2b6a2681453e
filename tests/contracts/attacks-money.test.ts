import { type Abi, encodeFunctionData } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { packState } from '#contracts/settlement/batch-digest.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { compileFixture } from './compile-fixture.ts'
import { home } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, EUR, GENESIS, LIME, refusal, VaultChain } from './vault-chain.ts'

/** Attacks on money: by coins, deposits, withdrawals, lanes and seats. Each is refused without a trace, or does no harm. */

type Hex = `0x${string}`

const [alice, bob, carol, dora] = [4, 5, 6, 7]
const WINDOW = 3_600
const DAY = 86_400
const MONEY_MAX = 2n ** 39n - 1n
const WH_MAX = 2n ** 23n - 1n

let chain: VaultChain
const begin = async (coinCode?: Hex) => {
  chain = await VaultChain.open({ windowSeconds: WINDOW, ...(coinCode === undefined ? {} : { coinCode }) })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
  for (const n of [0, 1, 2, 3]) await chain.deposit(home(n), 100 * EUR)
}
beforeEach(() => begin())
afterEach(() => chain.close())

const settle = async (part: Uint8Array) => {
  const batch = await chain.propose([part])
  chain.pass(WINDOW)
  return chain.apply(batch)
}
const requestWithdrawal = (account: Hex, amount: number) =>
  chain.send(account, 'vault', 'requestWithdrawal', [LIME, amount])
const claim = (account: Hex) => chain.send(account, 'vault', 'claimWithdrawal', [LIME])
const seatsFrom4 = async () => (await chain.books()).seats.slice(4)

describe('a hostile coin', () => {
  const { abi, code } = compileFixture('MeddlingCoin')
  const coin = () => ({ address: chain.addresses.coin, abi })
  const keep = (fee: number) => chain.send(cast.stranger, coin(), 'keep', [fee])
  /** In the middle of the next transfer, the coin calls one of our contracts. */
  const arm = (name: 'vault' | 'settlement', functionName: string, args: readonly unknown[]) => {
    const abi = readArtifact(name === 'vault' ? 'Vault' : 'Settlement').abi as Abi
    const data = encodeFunctionData({ abi, functionName, args: [...args] })
    return chain.send(cast.stranger, coin(), 'arm', [chain.addresses[name], data])
  }
  const answer = async () => [await chain.read(coin(), 'wentThrough', []), await chain.read(coin(), 'answer', [])]
  /** ReentrancyGuardReentrantCall() */
  const REENTERED = '0x3ee5aeb5'

  beforeEach(async () => {
    await chain.close()
    await begin(code)
  })

  it('that keeps a fee is refused at every door by which it comes in', async () => {
    await chain.provide(cast.stranger, 10 * EUR)
    await keep(1)
    const error = `WrongAmountArrived(${5 * EUR - 1}, ${5 * EUR})`
    for (const [door, args] of [
      ['deposit', [LIME, home(0), 5 * EUR]],
      ['depositWithPermit', [LIME, home(0), 5 * EUR, 0, 0, LIME, LIME]],
      ['postBond', [LIME, 5 * EUR]],
    ] as const) {
      await expectRefused(chain, () => chain.send(cast.stranger, 'vault', door, args), error)
    }
  })

  it('that comes back in the middle of a deposit, an escape, a slashing or a bond’s return finds every door with money shut', async () => {
    const batch = await chain.propose([rawPart([{ seat: alice, money: 1n }])], { debit: 0n })
    await requestWithdrawal(home(0), 10 * EUR)
    const doors: readonly (readonly ['vault', string, readonly unknown[]])[] = [
      ['vault', 'deposit', [LIME, home(0), 1]],
      ['vault', 'depositWithPermit', [LIME, home(0), 1, 0, 0, LIME, LIME]],
      ['vault', 'requestWithdrawal', [LIME, 1]],
      ['vault', 'claimWithdrawal', [LIME]],
      ['vault', 'escape', [LIME]],
      ['vault', 'postBond', [LIME, 1]],
      ['vault', 'releaseBond', [LIME, 1]],
    ]
    await chain.provide(cast.stranger, 1_000)
    for (const door of doors) {
      await arm(...door)
      await chain.send(cast.stranger, 'vault', 'deposit', [LIME, home(0), 1])
      expect(await answer()).toEqual([false, REENTERED])
    }
    const moves = [
      () => chain.send(cast.operator, 'vault', 'releaseBond', [LIME, 1]),
      () => chain.dropUnsound(batch),
      () => chain.send(home(0), 'vault', 'escape', [LIME]),
    ]
    for (const move of moves) {
      await arm('vault', 'claimWithdrawal', [LIME])
      if (move === moves.at(-1)) chain.pass(14 * DAY)
      await move()
      expect(await answer()).toEqual([false, REENTERED])
    }
    await expectBooksToHold()
  })

  it('that books a batch in the middle of an escape books it once', async () => {
    const batch = await chain.propose([payment(bob, carol, 5)])
    chain.pass(14 * DAY)
    const { ref } = batch
    const movements = hexOfBytes(batch.parts[0] as Uint8Array<ArrayBuffer>)
    await arm('vault', 'applyBatch', [LIME, ref.number, ref.headerHash, packState(ref.state), movements])
    await chain.send(home(0), 'vault', 'escape', [LIME])
    expect(await answer()).toEqual([true, '0x'])
    await expectRefused(chain, () => chain.apply(batch), 'WrongPart(1, 0, 2, 0)')
    expect(await chain.balances()).toEqual([0, 100 * EUR - 5, 100 * EUR + 5, 100 * EUR])
    await expectBooksToHold()
  })

  it('that makes a batch fall in the middle of its fall makes it fall once', async () => {
    const batch = await chain.propose([rawPart([{ seat: alice, money: 1n }])], { debit: 0n })
    const shown = batch.parts.map((part) => hexOfBytes(part as Uint8Array<ArrayBuffer>))
    await arm('settlement', 'dropUnsound', [batch.ref, shown])
    await chain.dropUnsound(batch)
    expect(await answer()).toEqual([false, expect.stringMatching(/^0x/)])
    expect((await chain.books()).bondMicroEur).toBe(BigInt(900 * EUR))
  })
})

/** I1 */
const expectBooksToHold = async () => {
  const { seats, bondMicroEur, heldMicroEur } = await chain.books()
  const owned = seats.reduce((sum, { balanceMicroEur, lockedMicroEur }) => sum + balanceMicroEur + lockedMicroEur, 0n)
  expect(owned + bondMicroEur).toBe(heldMicroEur)
}

describe('dust', () => {
  it('is not left behind where a bond is halved', async () => {
    const debit = 200 * EUR + 1
    const batch = await chain.propose([payment(alice, bob, debit)])
    await chain.send(cast.disputes, 'settlement', 'fall', [batch.ref, cast.stranger])
    const of = async (account: Hex) => Number(await chain.read('coin', 'balanceOf', [account]))
    expect([await of(cast.stranger), await of('0x000000000000000000000000000000000000dead')]).toEqual([
      100 * EUR,
      100 * EUR + 1,
    ])
    await expectBooksToHold()
  })

  it('paid in or sent to the vault stops no batch and changes no balance of others', async () => {
    const batch = await chain.propose([payment(alice, bob, 100 * EUR)])
    chain.pass(WINDOW)
    await chain.deposit(home(0), 1) // in front of the booking
    await chain.send(cast.deployer, 'coin', 'mint', [chain.addresses.vault, 3]) // to nobody
    await chain.apply(batch)
    expect(await chain.balances()).toEqual([1, 200 * EUR, 100 * EUR, 100 * EUR])
  })

  it('does not hold a withdrawal up, nor add to what is locked', async () => {
    await requestWithdrawal(home(0), 100 * EUR)
    await chain.deposit(home(0), 1)
    chain.pass(2 * DAY)
    const lastOpenSlot = GENESIS / 900 + 96
    const batch = await chain.propose([rawPart([])], { header: { firstSlot: lastOpenSlot, lastSlot: lastOpenSlot } })
    chain.pass(WINDOW)
    await chain.apply(batch)
    await claim(home(0))
    expect(await chain.read('coin', 'balanceOf', [home(0)])).toBe(BigInt(100 * EUR))
  })
})

it('money withdrawn between a trade and its booking stays liable, and leaves only when the slots are final', async () => {
  await requestWithdrawal(home(0), 100 * EUR)
  const batch = await chain.propose([payment(alice, bob, 70 * EUR)])
  chain.pass(WINDOW)
  await expectRefused(chain, () => claim(home(0)), `SlotsNotFinal(0, ${GENESIS / 900 + 96})`)
  await chain.apply(batch)
  await expectRefused(chain, () => claim(home(0)), `SlotsNotFinal(1, ${GENESIS / 900 + 96})`)
  expect((await seatsFrom4())[0]).toEqual({ balanceMicroEur: 0n, lockedMicroEur: BigInt(30 * EUR), positionWh: 0n })
  expect((await chain.books()).bondMicroEur).toBe(BigInt(1_000 * EUR))
})

it('a home that cannot pay stops no batch: all others are paid in full, the fund and the bond pay', async () => {
  await settle(
    rawPart([
      { seat: alice, money: -BigInt(150 * EUR), wh: 1n },
      { seat: bob, money: -BigInt(20 * EUR) },
      { seat: carol, money: BigInt(170 * EUR), wh: -1n },
    ]),
  )
  expect(await chain.balances()).toEqual([0, 80 * EUR, 270 * EUR, 100 * EUR])
  expect((await chain.books()).bondMicroEur).toBe(BigInt(950 * EUR))
  await expectBooksToHold()
})

describe('lanes', () => {
  const at = async (...expected: readonly (readonly [money: bigint, wh: bigint])[]) =>
    expect((await seatsFrom4()).map(({ balanceMicroEur, positionWh }) => [balanceMicroEur, positionWh])).toEqual(
      expected,
    )
  const had = BigInt(100 * EUR)

  it('overflow and borrow into no neighbour, at either end of their fields', async () => {
    await chain.provide(cast.operator, MONEY_MAX * 4n)
    await chain.send(cast.operator, 'vault', 'postBond', [LIME, MONEY_MAX * 4n])
    await chain.deposit(home(1), 2n ** 40n)
    await settle(
      rawPart([
        { seat: alice, money: MONEY_MAX, wh: WH_MAX },
        { seat: bob, money: -MONEY_MAX - 1n, wh: -WH_MAX - 1n },
        { seat: carol, money: 1n, wh: 1n },
        { seat: dora, money: 0n, wh: 0n },
      ]),
    )
    await at([had + MONEY_MAX, WH_MAX], [had + 2n ** 40n - 2n ** 39n, -WH_MAX - 1n], [had + 1n, 1n], [had, 0n])
    await settle(
      rawPart([
        { seat: alice, money: MONEY_MAX, wh: 1n },
        { seat: bob, money: -MONEY_MAX, wh: -1n },
      ]),
    )
    await at([had + MONEY_MAX * 2n, WH_MAX + 1n], [had + 1n, -WH_MAX - 2n], [had + 1n, 1n], [had, 0n])
    await settle(
      rawPart([
        { seat: alice, money: -MONEY_MAX, wh: -WH_MAX },
        { seat: bob, money: MONEY_MAX, wh: WH_MAX },
      ]),
    )
    await at([had + MONEY_MAX, 1n], [had + 1n + MONEY_MAX, -2n], [had + 1n, 1n], [had, 0n])
    await expectBooksToHold()
  })

  it('do not conserve by carrying into each other', async () => {
    for (const n of [4, 5, 6, 7]) await chain.deposit(home(n), 100 * EUR)
    // The two words sum to zero modulo 2^256, lane by lane they do not: the lower lanes borrow from the higher.
    const word = (2n << 216n) | (1n << 88n)
    const negated = BigInt.asUintN(256, -word)
    const group = (n: number, lanes: bigint) => n.toString(16).padStart(4, '0') + lanes.toString(16).padStart(64, '0')
    const groups = Uint8Array.from(Buffer.from(group(1, word) + group(2, negated), 'hex'))
    const part = Uint8Array.from([...rawPart([], [0n, 0n, 0n], 5n), ...groups])
    const batch = await chain.propose([part], { debit: BigInt(100 * EUR) })
    chain.pass(WINDOW)
    const refused = await refusal(chain.apply(batch))
    expect(refused).toMatch(/^DoesNotConserve\(/)
    await expectRefused(chain, () => chain.apply(batch), refused)
    await chain.dropUnsound(batch)
  })
})

describe('seats', () => {
  it('cost whoever squats them a euro each, which is then locked like any other', async () => {
    await chain.provide(cast.stranger, EUR)
    const squat = (amount: number) => chain.send(cast.stranger, 'vault', 'deposit', [LIME, home(9), amount])
    await expectRefused(chain, () => squat(EUR - 1), `OpeningTooSmall(${EUR - 1}, ${EUR})`)
    await squat(EUR)
    // It is not the squatter's any more, but whose seat it is.
    const leave = (who: Hex) => chain.send(who, 'vault', 'requestWithdrawal', [LIME, EUR])
    await expectRefused(chain, () => leave(cast.stranger), `InsufficientBalance(${cast.stranger}, 0, ${EUR})`)
    await leave(home(9))
  })

  it('that are taken for somebody move with nobody: a movement names the seat that was proposed', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    for (const n of [20, 21, 22]) await chain.deposit(home(n), EUR)
    chain.pass(WINDOW)
    await chain.apply(batch)
    expect(await chain.balances()).toEqual([100 * EUR - 5, 100 * EUR + 5, 100 * EUR, 100 * EUR, EUR, EUR, EUR])
  })
})
