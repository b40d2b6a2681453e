import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { movementsHashOf } from '#contracts/index.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { fund, grid, home, supplier, zeroHash } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { noTerms } from './no-terms.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, ELM, EUR, GENESIS, LIME, type Proposed, refusal, VaultChain } from './vault-chain.ts'

const [alice, bob] = [4, 5]
const WINDOW = 3_600
const DAY = 86_400
const BOND_MIN = 100 * EUR

let chain: VaultChain
beforeEach(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
  for (const n of [0, 1]) await chain.deposit(home(n), 100 * EUR)
})
afterEach(() => chain.close())

const unsound = rawPart([{ seat: alice, money: 1n }])
const bond = async () => Number(await chain.read('vault', 'bondOf', [LIME]))
const lastProposed = async () => Number(await chain.read('settlement', 'lastProposed', [LIME]))
const silentSince = async () => Number(await chain.read('settlement', 'silentSince', [LIME]))
const lengthen = (batch: Proposed, seconds: number, from = cast.guardian) =>
  chain.send(from, 'settlement', 'lengthen', [batch.ref, seconds])
const pause = (seconds: number) => chain.send(cast.guardian, 'settlement', 'pauseIntake', [seconds])
const drop = (batch: Proposed) => chain.send(cast.stranger, 'settlement', 'dropExpired', [batch.ref])
const demand = (batch: Proposed, isAnswer = false) =>
  chain.send(cast.disputes, 'settlement', 'countDemand', [batch.ref, isAnswer])
/** The same batch in another state. */
const inState = (batch: Proposed, state: Partial<Proposed['ref']['state']>): Proposed => ({
  ...batch,
  ref: { ...batch.ref, state: { ...batch.ref.state, ...state } },
})
const statusOf = (batch: Proposed) => chain.read('settlement', 'statusOf', [batch.ref])

describe('a deployment', () => {
  it('names who hears disputes once, by its deployer, and takes no batch before', async () => {
    await expectRefused(
      chain,
      () => chain.send(cast.deployer, 'settlement', 'link', [cast.stranger, cast.stranger]),
      `CannotLink(${cast.deployer})`,
    )
    const bare = await VaultChain.open({ disputes: null })
    await bare.openNeighbourhood()
    expect(await refusal(bare.propose([payment(1, 2, 0)]))).toBe('NotLinked()')
    const link = (from: `0x${string}`, disputes: `0x${string}`) =>
      bare.send(from, 'settlement', 'link', [disputes, cast.stranger])
    await expectRefused(bare, () => link(cast.stranger, cast.stranger), `CannotLink(${cast.stranger})`)
    await expectRefused(bare, () => link(cast.deployer, `0x${'0'.repeat(40)}`), `CannotLink(${cast.deployer})`)
    await link(cast.deployer, cast.disputes)
    await bare.close()
  })

  it('has a window of at most a week', async () => {
    expect(await refusal(VaultChain.open({ windowSeconds: 7 * DAY + 1 }))).toBe('TooLong(604801, 604800)')
    await (await VaultChain.open({ windowSeconds: 7 * DAY })).close()
  })
})

describe('a neighbourhood', () => {
  const terms = { operator: cast.otherOperator, supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }
  const open = (over: object, id = ELM) =>
    chain.send(cast.otherOperator, 'settlement', 'openNeighbourhood', [id, { ...terms, ...over }, noTerms])

  it('is opened once, by its operator', async () => {
    await expectRefused(chain, () => open({}, LIME), `NeighbourhoodExists(${LIME})`)
    await open({})
    await expectRefused(chain, () => open({}), `NeighbourhoodExists(${ELM})`)
    expect(await chain.read('settlement', 'neighbourhoodOf', [ELM])).toMatchObject({ slotSeconds: 900, slotsAhead: 96 })
  })

  const nobody = `0x${'0'.repeat(40)}`
  it.for<object>([
    { operator: cast.operator },
    { supplier: nobody },
    { grid: nobody },
    { fund: nobody },
    { supplier: grid },
    { supplier: fund },
    { grid: fund },
    { slotSeconds: 0 },
    { slotSeconds: 2_678_401, slotsAhead: 0 },
    { slotsAhead: 2_976 }, // 31 days and one slot
    { slotSeconds: 4_294_967_295, slotsAhead: 4_294_967_295 },
  ])('is refused with %o', async (wrong) => {
    const { operator, ...rest } = { ...terms, ...wrong }
    const told = [operator, rest.supplier, rest.grid, rest.fund, rest.slotSeconds, rest.slotsAhead].join(' ')
    await expectRefused(chain, () => open(wrong), `WrongTerms(${told})`)
  })

  it('keeps slots open for up to 31 days', () => open({ slotsAhead: 2_975 }))
})

describe('a proposal', () => {
  const none = [rawPart([])]

  it('is its operator’s', async () => {
    await expectRefused(chain, () => chain.propose(none, { from: cast.stranger }), `NotOperator(${cast.stranger})`)
    await expectRefused(
      chain,
      () => chain.propose(none, { header: { neighbourhood: ELM, number: 1 } }),
      `NotOperator(${cast.operator})`,
    )
  })

  it('has the next number', async () => {
    await expectRefused(chain, () => chain.propose(none, { header: { number: 2 } }), 'WrongNumber(2, 1)')
    await chain.propose(none)
    await expectRefused(chain, () => chain.propose(none, { header: { number: 1 } }), 'WrongNumber(1, 2)')
  })

  it('settles slots that are over, above those of the batch before', async () => {
    const at = (firstSlot: number, lastSlot: number) => () => chain.propose(none, { header: { firstSlot, lastSlot } })
    const running = GENESIS / 900
    await expectRefused(chain, at(5, 4), 'WrongSlots(5, 4, 0)')
    await expectRefused(chain, at(0, running), `WrongSlots(0, ${running}, 0)`)
    await at(0, 10)()
    await expectRefused(chain, at(10, 11), 'WrongSlots(10, 11, 10)')
    await at(12, running - 1)()
  })

  it('stands behind a bond of at least the least, and of all that is open', async () => {
    await expectRefused(
      chain,
      () => chain.propose(none, { debit: BigInt(1_000 * EUR + 1) }),
      `BeyondBond(${1_000 * EUR + 1}, ${1_000 * EUR})`,
    )
    await chain.openNeighbourhood({ neighbourhood: ELM, operator: cast.otherOperator, bond: BOND_MIN - 1 })
    const elsewhere = { header: { neighbourhood: ELM }, from: cast.otherOperator }
    await expectRefused(chain, () => chain.propose(none, elsewhere), `BeyondBond(0, ${BOND_MIN - 1})`)
  })

  it('is one of at most 32 that are open', async () => {
    for (let number = 1; number <= 32; number++) await chain.propose(none)
    await expectRefused(chain, () => chain.propose(none), 'TooManyOpen(33, 32)')
  })

  it('waits while the intake is paused; a pause ends by itself and must cool down', async () => {
    await pause(7 * DAY)
    await expectRefused(chain, () => chain.propose(none), `Paused(${GENESIS + 7 * DAY})`)
    chain.pass(7 * DAY)
    await chain.propose(none)
    await expectRefused(chain, () => pause(1), `CoolingDown(${GENESIS + 37 * DAY})`)
    chain.pass(30 * DAY)
    await expectRefused(chain, () => pause(7 * DAY + 1), 'TooLong(604801, 604800)')
    await pause(1)
    const other = () => chain.send(cast.stranger, 'settlement', 'pauseIntake', [1])
    await expectRefused(chain, other, `NotGuardian(${cast.stranger})`)
  })
})

describe('a window', () => {
  it('is lengthened once, by the guardian, by at most a week, while it is open', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    await expectRefused(chain, () => lengthen(batch, 1, cast.operator), `NotGuardian(${cast.operator})`)
    await expectRefused(chain, () => lengthen(batch, 7 * DAY + 1), 'TooLong(604801, 604800)')
    chain.pass(WINDOW - 1)
    await lengthen(batch, 7 * DAY)
    await expectRefused(chain, () => lengthen(batch, 1), `NotAsProposed(${LIME}, 1)`)
    const longer = inState(batch, { closesAt: batch.ref.state.closesAt + 7 * DAY, isLengthened: true })
    await expectRefused(chain, () => lengthen(longer, 1), `AlreadyLengthened(${LIME}, 1)`)
    chain.pass(1)
    await expectRefused(chain, () => chain.apply(batch), `NotAsProposed(${LIME}, 1)`)
    await expectRefused(chain, () => chain.apply(longer), `WindowOpen(${longer.ref.state.closesAt}, ${chain.now})`)
    chain.pass(7 * DAY)
    await chain.apply(longer)
  })

  it('is not lengthened when it is over', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    chain.pass(WINDOW)
    await expectRefused(chain, () => lengthen(batch, 1), `WindowOver(${chain.now}, ${chain.now})`)
  })

  it('holds the batch until demands for its data are answered', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    const mine = () => chain.send(cast.stranger, 'settlement', 'countDemand', [batch.ref, false])
    await expectRefused(chain, mine, `NotDisputes(${cast.stranger})`)
    await demand(batch)
    const demanded = inState(batch, { openDemands: 1 })
    await demand(demanded)
    chain.pass(WINDOW)
    await expectRefused(chain, () => chain.apply(inState(batch, { openDemands: 2 })), 'DataDemanded(2)')
    await expectRefused(chain, () => chain.apply(demanded), `NotAsProposed(${LIME}, 1)`)
    await demand(inState(batch, { openDemands: 2 }), true)
    await demand(demanded, true)
    await chain.apply(batch)
  })
})

describe('a fall', () => {
  const fall = (batch: Proposed, from = cast.disputes) =>
    chain.send(from, 'settlement', 'fall', [batch.ref, cast.stranger])

  it('takes all batches behind it along, and as much of the bond as they debit: half to the challenger, half to nobody', async () => {
    const kept = await chain.propose([payment(alice, bob, 30 * EUR)])
    const [second, third] = [
      await chain.propose([payment(alice, bob, 50 * EUR)]),
      await chain.propose([payment(bob, alice, 80 * EUR)]),
    ]
    await expectRefused(chain, () => fall(second, cast.operator), `NotDisputes(${cast.operator})`)
    await fall(second)
    expect([await lastProposed(), await bond()]).toEqual([1, 870 * EUR])
    expect(await chain.read('coin', 'balanceOf', [cast.stranger])).toBe(BigInt(65 * EUR))
    for (const gone of [second, third]) {
      expect(await statusOf(gone)).toEqual([false, false])
      await expectRefused(chain, () => fall(gone), `NotAsProposed(${LIME}, ${gone.ref.number})`)
    }
    chain.pass(WINDOW)
    await chain.apply(kept)
    expect(await chain.balances()).toEqual([70 * EUR, 130 * EUR])
  })

  it('takes the least bond at least, but none that other batches need', async () => {
    const kept = await chain.propose([payment(alice, bob, 1)], { debit: BigInt(950 * EUR) })
    const small = await chain.propose([unsound], { debit: 7n })
    await chain.dropUnsound(small)
    expect(await bond()).toBe(950 * EUR)
    await chain.send(cast.disputes, 'settlement', 'fall', [kept.ref, cast.stranger])
    expect(await bond()).toBe(0)
  })

  it('leaves the number free for another batch', async () => {
    await chain.dropUnsound(await chain.propose([unsound], { debit: 0n }))
    const again = await chain.propose([payment(alice, bob, 5)])
    expect(again.ref.number).toBe(1)
    chain.pass(WINDOW)
    await chain.apply(again)
    expect(await statusOf(again)).toEqual([true, true])
  })

  it('does not come for movements in order, or other movements than were proposed', async () => {
    const batch = await chain.propose([payment(alice, bob, 5)])
    await expectRefused(chain, () => chain.dropUnsound(batch), 'MovementsInOrder()')
    const other = () => chain.dropUnsound({ ...batch, parts: [unsound] })
    await expectRefused(chain, other, `WrongMovements(${movementsHashOf([unsound])})`)
    await expectRefused(chain, () => chain.skipUnsound(batch, 0), `NotBegun(${LIME}, 1)`)
  })

  it('never comes for a batch that is final, or has begun', async () => {
    const batch = await chain.propose([payment(alice, bob, 5), payment(alice, bob, 6)])
    chain.pass(WINDOW)
    await chain.applyPart(batch, 0)
    const attempts = [() => fall(batch), () => chain.dropUnsound(batch), () => lengthen(batch, 1), () => demand(batch)]
    for (const attempt of attempts) await expectRefused(chain, attempt, `AlreadyFinal(${LIME}, 1)`)
    await expectRefused(chain, () => chain.skipUnsound(batch, 1), 'MovementsInOrder()')
    await chain.applyPart(batch, 1)
    for (const attempt of [...attempts, () => drop(batch)]) {
      await expectRefused(chain, attempt, `AlreadyFinal(${LIME}, 1)`)
    }
  })

  it('comes two weeks after the window for a batch that nobody applied, though it may have waited one for another', async () => {
    const first = await chain.propose([payment(alice, bob, 5)])
    const second = await chain.propose([payment(bob, alice, 200 * EUR)])
    await lengthen(first, 7 * DAY)
    const longer = inState(first, { closesAt: first.ref.state.closesAt + 7 * DAY, isLengthened: true })
    chain.pass(WINDOW + 7 * DAY)
    // The first can be applied only now; the second could not be before it.
    const expiresAt = second.ref.state.closesAt + 14 * DAY
    await expectRefused(chain, () => drop(second), `NotExpired(${expiresAt}, ${chain.now})`)
    await chain.apply(longer)
    chain.pass(7 * DAY)
    await drop(second)
    expect([await lastProposed(), await bond()]).toEqual([1, 800 * EUR])
    const nobody = await chain.read('coin', 'balanceOf', ['0x000000000000000000000000000000000000dead'])
    expect(nobody).toBe(BigInt(200 * EUR)) // who drops it gets none of it
  })
})

describe('the silence of an operator', () => {
  it('begins with the opening or the last proposal, and pauses do not count', async () => {
    expect(await silentSince()).toBe(GENESIS)
    chain.pass(DAY)
    await chain.propose([rawPart([])])
    expect(await silentSince()).toBe(GENESIS + DAY)
    await pause(2 * DAY)
    chain.pass(DAY)
    expect(await silentSince()).toBe(GENESIS + 2 * DAY)
    chain.pass(5 * DAY)
    expect(await silentSince()).toBe(GENESIS + 3 * DAY)
  })

  it('is not broken by batches that fall', async () => {
    chain.pass(10 * DAY)
    await chain.dropUnsound(await chain.propose([unsound], { debit: 0n }))
    expect(await silentSince()).toBe(GENESIS)
    await chain.propose([rawPart([])])
    expect(await silentSince()).toBe(GENESIS + 10 * DAY)
  })
})

it('I10: a final batch never changes, and is found by what it was', async () => {
  const batch = await chain.propose([payment(alice, bob, 5)])
  expect(await statusOf(batch)).toEqual([true, false])
  chain.pass(WINDOW)
  await chain.apply(batch)
  const digest = await chain.read('vault', 'digestOf', [LIME, 1])
  await chain.dropUnsound(await chain.propose([unsound], { debit: 0n }))
  await expectRefused(chain, () => chain.apply(batch), 'WrongPart(1, 0, 2, 0)')
  const movements = hexOfBytes(batch.parts[0] as Uint8Array<ArrayBuffer>)
  await expectRefused(
    chain,
    () => chain.send(cast.stranger, 'settlement', 'dropUnsound', [batch.ref, [movements]]),
    `AlreadyFinal(${LIME}, 1)`,
  )
  expect(await chain.read('vault', 'digestOf', [LIME, 1])).toBe(digest)
  expect(await statusOf(batch)).toEqual([true, true])
  const other = { ...batch, ref: { ...batch.ref, headerHash: zeroHash } }
  expect(await statusOf(other)).toEqual([false, false])
})
