import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { home } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, EUR, LIME, VaultChain } from './vault-chain.ts'

/** Attacks on batches of several parts: on their order, their number, their debits, and on ever coming to an end. */

const [alice, bob, carol] = [4, 5, 6]
const WINDOW = 3_600
const EXPIRY = 14 * 86_400

let chain: VaultChain
beforeEach(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
  for (const n of [0, 1, 2]) await chain.deposit(home(n), 100 * EUR)
})
afterEach(() => chain.close())

/** Money out of nothing. */
const unsound = rawPart([{ seat: alice, money: 1n }])

const balances = () => chain.balances()
const progress = () => chain.progress()

describe('parts of another batch', () => {
  it('cannot be left out in the place of those of the batch that is being booked', async () => {
    const first = await chain.propose([payment(alice, bob, 10), payment(bob, carol, 20), payment(carol, alice, 30)])
    const second = await chain.propose([payment(alice, bob, 1), unsound])
    chain.pass(WINDOW)
    await chain.applyPart(first, 0)
    await expectRefused(chain, () => chain.skipUnsound(second, 1), 'WrongPart(2, 1, 1, 1)')
    await chain.applyPart(first, 1)
    await chain.applyPart(first, 2)
    expect(await progress()).toEqual([1, 0])
    expect(await balances()).toEqual([100 * EUR + 20, 100 * EUR - 10, 100 * EUR - 10])
  })

  it('cannot be left out once more when their batch is final', async () => {
    const first = await chain.propose([payment(alice, bob, 10), unsound, payment(bob, carol, 20)])
    chain.pass(WINDOW)
    await chain.applyPart(first, 0)
    await chain.skipUnsound(first, 1)
    await chain.applyPart(first, 2)
    const second = await chain.propose([payment(alice, bob, 1), payment(alice, bob, 2), payment(alice, bob, 3)])
    chain.pass(WINDOW)
    await chain.applyPart(second, 0)
    await expectRefused(chain, () => chain.skipUnsound(first, 1), 'WrongPart(1, 1, 2, 1)')
    await expectRefused(chain, () => chain.applyPart(first, 1), 'WrongPart(1, 1, 2, 1)')
  })
})

it('more parts than their counter counts are never booked, and make the batch fall', async () => {
  const batch = await chain.propose(Array.from({ length: 256 }, () => payment(alice, bob, 1)))
  chain.pass(WINDOW)
  await expectRefused(chain, () => chain.applyPart(batch, 0), 'TooManyParts(256, 255)')
  await chain.dropUnsound(batch)
  const most = await chain.propose(Array.from({ length: 255 }, () => payment(alice, bob, 1)))
  await expectRefused(chain, () => chain.dropUnsound(most), 'MovementsInOrder()')
  chain.pass(WINDOW)
  for (let part = 0; part < 254; part++) await chain.applyPart(most, part)
  expect(await progress()).toEqual([0, 254])
  await chain.applyPart(most, 254)
  expect(await progress()).toEqual([1, 0])
  expect(await balances()).toEqual([100 * EUR - 255, 100 * EUR + 255, 100 * EUR])
})

it('a batch of no parts falls', async () => {
  const batch = await chain.propose([])
  await chain.dropUnsound(batch)
  expect(await chain.read('settlement', 'lastProposed', [LIME])).toBe(0n)
})

describe('parts that debit more than was proposed', () => {
  const parts = [payment(alice, bob, 10), payment(alice, bob, 50 * EUR), payment(carol, bob, 5)]

  it('are not booked, though nobody looked in time, and are left out', async () => {
    const batch = await chain.propose(parts, { debit: 20n })
    chain.pass(WINDOW)
    await chain.applyPart(batch, 0)
    await expectRefused(chain, () => chain.applyPart(batch, 1), `WrongDebit(${50 * EUR + 10}, 20)`)
    await chain.skipUnsound(batch, 1)
    await chain.applyPart(batch, 2)
    expect(await progress()).toEqual([1, 0])
    expect(await balances()).toEqual([100 * EUR - 10, 100 * EUR + 15, 100 * EUR - 5])
    expect(await chain.read('vault', 'partsDebitOf', [LIME])).toBe(0n)
  })

  it('nor is a single one, by either door', async () => {
    const batch = await chain.propose([payment(alice, bob, 21)], { debit: 20n })
    chain.pass(WINDOW)
    await expectRefused(chain, () => chain.applyPart(batch, 0), 'WrongDebit(21, 20)')
    await expectRefused(chain, () => chain.apply(batch), 'WrongDebit(21, 20)')
    await chain.dropUnsound(batch)
  })

  it('make the batch fall in time', async () => {
    const batch = await chain.propose(parts, { debit: 50_000_014n })
    await chain.dropUnsound(batch)
    expect(await chain.read('settlement', 'lastProposed', [LIME])).toBe(0n)
    await expectRefused(chain, () => chain.applyPart(batch, 0), `NotAsProposed(${LIME}, 1)`)
  })
})

describe('a batch that has begun', () => {
  it('does not shield the fraud behind it when the bond has paid for its homes', async () => {
    // Alice owes more than she has: the bond pays, and is below what is open until the second part is booked.
    const begun = await chain.propose([payment(alice, bob, 1_000 * EUR - 10), payment(bob, carol, 10)])
    const fraud = await chain.propose([unsound], { debit: 0n })
    chain.pass(WINDOW)
    await chain.applyPart(begun, 0)
    await chain.dropUnsound(fraud)
    expect(await chain.read('settlement', 'lastProposed', [LIME])).toBe(1n)
    await chain.applyPart(begun, 1)
    expect(await progress()).toEqual([1, 0])
  })

  it('comes to an end, though its unsound part is found while the bond is short', async () => {
    const batch = await chain.propose([payment(alice, bob, 900 * EUR), unsound], { debit: BigInt(1_000 * EUR) })
    chain.pass(WINDOW)
    await chain.applyPart(batch, 0)
    expect((await chain.books()).bondMicroEur).toBe(BigInt(200 * EUR))
    await chain.skipUnsound(batch, 1)
    expect(await progress()).toEqual([1, 0])
  })

  it('ends after its time without a part that no transaction can book, and the bond is slashed', async () => {
    // Money that the supplier cannot hold: in order by itself, refused by the ledger all the same.
    await chain.provide(cast.operator, 2n ** 62n)
    await chain.send(cast.operator, 'vault', 'postBond', [LIME, 2n ** 62n])
    const tooMuch = rawPart([{ seat: alice, money: -1n }], [1n, 0n, 0n])
    const batch = await chain.propose([payment(alice, bob, 10), tooMuch, payment(bob, carol, 20)])
    chain.pass(WINDOW)
    await chain.applyPart(batch, 0)
    await chain.provide(cast.deployer, 2n ** 63n - 1n)
    await chain.send(cast.deployer, 'vault', 'deposit', [
      LIME,
      await chain.read('vault', 'accountAt', [LIME, 1]),
      2n ** 63n - 1n,
    ])
    await expectRefused(chain, () => chain.applyPart(batch, 1), `BalanceTooLarge(1, ${2n ** 63n})`)
    await expectRefused(chain, () => chain.skipUnsound(batch, 1), 'MovementsInOrder()')
    const expire = () => chain.send(cast.stranger, 'settlement', 'dropExpired', [batch.ref])
    const expiresAt = batch.ref.state.closesAt + EXPIRY
    await expectRefused(chain, expire, `NotExpired(${expiresAt}, ${chain.now})`)
    chain.pass(expiresAt - chain.now)
    const before = (await chain.books()).bondMicroEur
    await expire()
    expect(await progress()).toEqual([1, 0])
    expect(await balances()).toEqual([100 * EUR - 10, 100 * EUR + 10, 100 * EUR])
    expect(before - (await chain.books()).bondMicroEur).toBe(BigInt(100 * EUR))
    await expectRefused(chain, expire, `AlreadyFinal(${LIME}, 1)`)
    await chain.propose([payment(alice, bob, 1)])
  })
})
