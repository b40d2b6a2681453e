import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Movement } from '#contracts/chain/contract-types.ts'
import { packMovements } from '#contracts/settlement/packed-movements.ts'
import { splitMovements } from '#contracts/settlement/split-movements.ts'
import { seatHomes } from './crowd.ts'
import { home } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, ELM, EUR, GENESIS, LIME, refusal, VaultChain } from './vault-chain.ts'

/** Attacks by and on whoever proposes and applies batches. Each is refused without a trace, or does no harm. */

type Hex = `0x${string}`

const [alice, bob] = [4, 5]
const WINDOW = 3_600
const DAY = 86_400

let chain: VaultChain
beforeEach(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
  for (const n of [0, 1]) await chain.deposit(home(n), 100 * EUR)
})
afterEach(() => chain.close())

const leave = (account: Hex) => chain.send(account, 'vault', 'escape', [LIME])
const release = (amount: number) => chain.send(cast.operator, 'vault', 'releaseBond', [LIME, amount])

it('a batch that is applied is not applied again, by either door', async () => {
  const batch = await chain.propose([payment(alice, bob, 5)])
  chain.pass(WINDOW)
  await chain.apply(batch)
  await expectRefused(chain, () => chain.apply(batch), 'WrongPart(1, 0, 2, 0)')
  await expectRefused(chain, () => chain.applyPart(batch, 0), 'WrongPart(1, 0, 2, 0)')
})

it('movements are those that were proposed, to the last bit', async () => {
  const part = payment(alice, bob, 5)
  const batch = await chain.propose([part])
  chain.pass(WINDOW)
  for (let bit = 0; bit < part.length * 8; bit += 7) {
    const tampered = Uint8Array.from(part)
    tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const { ref } = batch
    expect(await refusal(chain.apply({ ...batch, parts: [tampered] }))).toBe(`NotAsProposed(${LIME}, 1)`)
    const wrongState = { ...batch, ref: { ...ref, state: { ...ref.state, closesAt: ref.state.closesAt - 1 } } }
    expect(await refusal(chain.apply(wrongState))).toBe(`NotAsProposed(${LIME}, 1)`)
  }
  expect(await chain.balances()).toEqual([100 * EUR, 100 * EUR])
})

it('whoever applies a batch first changes nothing of what it does', async () => {
  const batch = await chain.propose([payment(alice, bob, 5)])
  chain.pass(WINDOW)
  await chain.apply(batch, cast.stranger)
  await expectRefused(chain, () => chain.apply(batch, cast.operator), 'WrongPart(1, 0, 2, 0)')
  expect(await chain.balances()).toEqual([100 * EUR - 5, 100 * EUR + 5])
})

it('many small batches are not backed by one bond', async () => {
  for (let n = 0; n < 10; n++) await chain.propose([payment(alice, bob, 10 * EUR)], { debit: BigInt(100 * EUR) })
  const more = () => chain.propose([payment(alice, bob, 1)])
  await expectRefused(chain, more, `BeyondBond(${1_000 * EUR + 1}, ${1_000 * EUR})`)
})

it('a bond does not leave while batches are open', async () => {
  const batch = await chain.propose([payment(alice, bob, 40 * EUR)], { debit: BigInt(990 * EUR) })
  await expectRefused(chain, () => release(10 * EUR + 1), `BondInUse(${10 * EUR}, ${10 * EUR + 1})`)
  chain.pass(WINDOW)
  await expectRefused(chain, () => release(10 * EUR + 1), `BondInUse(${10 * EUR}, ${10 * EUR + 1})`)
  await chain.apply(batch)
  await release(1_000 * EUR)
})

it('a pause in the middle of a settlement stops no batch that was proposed', async () => {
  const batch = await chain.propose([payment(alice, bob, 5), payment(bob, alice, 7)])
  chain.pass(WINDOW)
  await chain.applyPart(batch, 0)
  await chain.send(cast.guardian, 'settlement', 'pauseIntake', [7 * DAY])
  await expectRefused(chain, () => chain.propose([rawPart([])]), `Paused(${chain.now + 7 * DAY})`)
  await chain.applyPart(batch, 1)
  expect(await chain.progress()).toEqual([1, 0])
  await chain.send(home(0), 'vault', 'requestWithdrawal', [LIME, 5])
})

describe('what was proposed elsewhere', () => {
  it('is nothing on another chain or in another deployment', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    const other = await VaultChain.open({ windowSeconds: WINDOW, chainId: 31_338 })
    await other.openNeighbourhood()
    for (const n of [0, 1]) await other.deposit(home(n), 100 * EUR)
    other.pass(WINDOW)
    await expectRefused(other, () => other.apply(batch), `NotAsProposed(${LIME}, 1)`)
    await expectRefused(other, () => other.applyPart(batch, 0), `NotAsProposed(${LIME}, 1)`)
    await other.close()
  })

  it('is nothing in another neighbourhood', async () => {
    await chain.openNeighbourhood({ neighbourhood: ELM, operator: cast.otherOperator })
    for (const n of [0, 1]) await chain.deposit(home(n), 100 * EUR, ELM)
    const batch = await chain.propose([payment(alice, bob, 5)])
    chain.pass(WINDOW)
    const moved = { ...batch, ref: { ...batch.ref, neighbourhood: ELM } }
    await expectRefused(chain, () => chain.apply(moved), `NotAsProposed(${ELM}, 1)`)
    await chain.apply(batch)
    expect(await chain.balances(ELM)).toEqual([100 * EUR, 100 * EUR])
  })
})

describe('an operator that vanishes', () => {
  it('leaves its batches to anyone to apply, and its accounts to escape with what is final', async () => {
    const batch = await chain.propose([payment(alice, bob, 40 * EUR)])
    chain.pass(14 * DAY - 1)
    await expectRefused(chain, () => leave(home(1)), `NotAbandoned(${GENESIS + 14 * DAY}, ${chain.now})`)
    await chain.apply(batch)
    chain.pass(1)
    for (const n of [0, 1]) await leave(home(n))
    expect(await chain.read('coin', 'balanceOf', [home(0)])).toBe(BigInt(60 * EUR))
    expect(await chain.read('coin', 'balanceOf', [home(1)])).toBe(BigInt(140 * EUR))
  })

  it('was only paused: the clock stood', async () => {
    chain.pass(10 * DAY)
    await chain.send(cast.guardian, 'settlement', 'pauseIntake', [7 * DAY])
    chain.pass(7 * DAY)
    await expectRefused(chain, () => leave(home(0)), `NotAbandoned(${GENESIS + 21 * DAY}, ${chain.now})`)
    chain.pass(4 * DAY)
    await leave(home(0))
  })

  it('does not come back with batches that fall to keep the accounts in', async () => {
    const unsound = rawPart([{ seat: alice, money: 1n }])
    chain.pass(10 * DAY)
    await chain.dropUnsound(await chain.propose([unsound], { debit: 0n }), cast.operator)
    chain.pass(4 * DAY)
    await leave(home(0))
  })

  it('leaves whom its last batch owes whole, though those who owe have escaped', async () => {
    const batch = await chain.propose([payment(alice, bob, 40 * EUR)])
    chain.pass(14 * DAY)
    await leave(home(0))
    await chain.apply(batch)
    await leave(home(1))
    expect(await chain.read('coin', 'balanceOf', [home(1)])).toBe(BigInt(140 * EUR))
    expect((await chain.books()).bondMicroEur).toBe(BigInt(960 * EUR))
  })
})

describe('a batch beyond what one transaction may use', { timeout: 600_000 }, () => {
  const HOMES = 12_000

  it('is refused by its gas, goes through in parts, and is taken up again in the middle', async () => {
    await seatHomes(chain, HOMES)
    const seats = new Map(Array.from({ length: HOMES }, (_, n) => [home(n), n + 4]))
    const movements: Movement[] = [...seats.keys()].slice(0, -1).map((account, n) => ({
      account,
      moneyMicroEur: n % 2 === 0 ? -(n + 1) : n,
      positionWh: n % 2 === 0 ? -n - 1 : n,
    }))
    const sum = (of: 'moneyMicroEur' | 'positionWh') => movements.reduce((all, movement) => all + movement[of], 0)
    const rest = { moneyMicroEur: -sum('moneyMicroEur') - 7, positionWh: -sum('positionWh') }
    movements.push({ account: home(HOMES - 1), ...rest })
    const counterparties = { supplierMicroEur: 4, gridMicroEur: 2, fundMicroEur: 1 }
    const seatOf = (account: Hex) => seats.get(account) ?? 0
    const pack = (options: { readonly groupsMax?: number }) =>
      splitMovements(movements, counterparties, { seatOf, ...options }).map(
        (part) => packMovements(part.homes, part.counterparties, seatOf).bytes,
      )

    const inOne = await chain.propose(pack({ groupsMax: HOMES }))
    expect(inOne.parts).toHaveLength(1)
    chain.pass(WINDOW)
    await expectRefused(chain, () => chain.apply(inOne), 'out of gas')
    await chain.send(cast.disputes, 'settlement', 'fall', [inOne.ref, cast.operator])

    const split = await chain.propose(pack({}))
    chain.pass(WINDOW)
    // Whoever applied the first parts is gone; another begins where the chain says.
    for (let part = 0; part < 5; part++) await chain.applyPart(split, part)
    const [, booked] = await chain.progress()
    expect(booked).toBe(5)
    for (let part = booked; part < split.parts.length; part++) await chain.applyPart(split, part)
    expect(await chain.progress()).toEqual([1, 0])
    const { seats: all } = await chain.books()
    expect(all.slice(1, 4).map(({ balanceMicroEur }) => Number(balanceMicroEur))).toEqual([4, 2, 1])
    const had = (n: number) => (n < 2 ? 101 : 1) * EUR
    expect(
      all.slice(4).map(({ balanceMicroEur, positionWh }, n) => [Number(balanceMicroEur) - had(n), Number(positionWh)]),
    ).toEqual(movements.map(({ moneyMicroEur, positionWh }) => [moneyMicroEur, positionWh]))
  })
})
