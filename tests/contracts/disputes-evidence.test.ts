import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keccak } from '#protocol/signing.ts'
import { type Contents, crafted, honestContents, type Proposed, propose, proposed, shown } from './crafted-batch.ts'
import { challenger, guardian, operator } from './dispute-chain.ts'
import { honestRecords } from './dispute-records.ts'
import { type DisputeStreet, LAST_SLOT, neighbourhood, openDisputeStreet } from './dispute-street.ts'
import { expectFall, fallOf } from './expect-fall.ts'

describe('evidence against a batch', () => {
  let street: DisputeStreet
  let honest: Contents
  let batch: Proposed
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    honest = await honestContents(street, honestRecords(street))
    // Every proof of this kind that holds would make it fall.
    batch = await propose(street, crafted({ ...honest, firstSlot: LAST_SLOT }))
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const misplaced = (evidence: object, of: Proposed = batch) =>
    street.check(challenger.key, 'LegProofs', 'legMisplaced', [...of.case, evidence])
  const index = () => honest.legs.findIndex(({ slot }) => slot !== LAST_SLOT)
  /** A leg of a slot that the batch does not settle, its proof otherwise. */
  const tampered = (over: (row: ReturnType<typeof shown>['shown'][number]) => object) => {
    const { count, shown: rows } = shown(batch, 'legs', index())
    return { count, shown: rows.map((row) => ({ ...row, ...over(row) })) }
  }
  const root = () => batch.header.tradesRoot

  it('counts if nothing was tampered with', async () => {
    const args = [...batch.case, shown(batch, 'legs', index())]
    expectFall(await fallOf(street, 'LegProofs', 'legMisplaced', args), 'LegMisplaced')
  })

  it('is refused if a leaf, its place or a sibling is another', async () => {
    const notUnder = (at: number) => `NotUnderRoot(${root()}, ${at})`
    const changedLeaf = tampered(({ leaf }) => ({ leaf: { ...leaf, energyWh: 1 } }))
    await expect(misplaced(changedLeaf)).rejects.toThrow(notUnder(index()))
    await expect(misplaced(tampered(() => ({ index: index() + 1 })))).rejects.toThrow(notUnder(index() + 1))
    const sibling = tampered(({ siblings }) => ({ siblings: siblings.map((one) => keccak(one)) }))
    await expect(misplaced(sibling)).rejects.toThrow(notUnder(index()))
    const shorter = tampered(({ siblings }) => ({ siblings: siblings.slice(1) }))
    await expect(misplaced(shorter)).rejects.toThrow('WrongProofLength(3, 4)')
    await expect(misplaced(tampered(() => ({ index: 10 })))).rejects.toThrow('IndexOutOfRange(10, 10)')
    const fewer = { ...tampered(() => ({})), count: 9 }
    await expect(misplaced(fewer)).rejects.toThrow(notUnder(index()))
  })

  it('is refused if it is of none, of too many, or of leaves that do not adjoin', async () => {
    await expect(misplaced({ count: 10, shown: [] })).rejects.toThrow('WrongLeafCount(0)')
    await expect(misplaced(shown(batch, 'legs', 0, 2))).rejects.toThrow('WrongLeafCount(2)')
    const apart = { count: 10, shown: [0, 2].flatMap((at) => shown(batch, 'legs', at).shown) }
    const args = [...batch.case, apart]
    await expect(street.check(challenger.key, 'LegProofs', 'legsOutOfOrder', args)).rejects.toThrow('NotAdjacent(1, 2)')
    const middle = [...batch.case, shown(batch, 'legs', 1)]
    await expect(street.check(challenger.key, 'LegProofs', 'legSumsWrong', middle)).rejects.toThrow('WrongLeafCount(1)')
    const unrelated = [...batch.case, shown(batch, 'legs', 0), shown(batch, 'legs', 0)]
    const differs = street.check(challenger.key, 'LegProofs', 'counterLegDiffers', unrelated)
    await expect(differs).rejects.toThrow('Unrelated()')
  })

  it('is refused of another header, state, number or batch', async () => {
    const evidence = shown(batch, 'legs', index())
    const header = { ...batch.header, tradedWh: 1 }
    const args = [batch.ref, header, evidence]
    await expect(street.check(challenger.key, 'LegProofs', 'legMisplaced', args)).rejects.toThrow('WrongHeader(')
    const refused = `NotAsProposed(${neighbourhood}, 1)`
    const longer = proposed(batch, { ...batch.state, closesAt: batch.state.closesAt + 1 })
    await expect(misplaced(evidence, longer)).rejects.toThrow(refused)
    await expect(
      misplaced(evidence, { ...batch, case: [{ ...batch.ref, headerHash: root() }, batch.header] }),
    ).rejects.toThrow(refused)
    const second = { ...batch, case: [{ ...batch.ref, number: 2 }, batch.header] as never }
    await expect(misplaced(evidence, second)).rejects.toThrow(`NotAsProposed(${neighbourhood}, 2)`)
  })

  it('counts once: what has fallen is not there any more, nor what came after it', async () => {
    const next = await propose(street, crafted({ ...honest, firstSlot: LAST_SLOT + 1, lastSlot: LAST_SLOT + 2 }, 2))
    const evidence = shown(batch, 'legs', index())
    expectFall(await fallOf(street, 'LegProofs', 'legMisplaced', [...batch.case, evidence]), 'LegMisplaced')
    await expect(misplaced(evidence)).rejects.toThrow(`NotAsProposed(${neighbourhood}, 1)`)
    await expect(misplaced(shown(next, 'legs', 0), next)).rejects.toThrow(`NotAsProposed(${neighbourhood}, 2)`)
  })

  it('is heard by the linked courts alone, which are linked once', async () => {
    for (const { key, account } of [challenger, operator, guardian]) {
      const uphold = street.check(key, 'Disputes', 'uphold', [batch.ref, 0, account])
      await expect(uphold).rejects.toThrow(`NotCourt(`)
      await expect(street.check(key, 'Disputes', 'link', [[account]])).rejects.toThrow('CannotLink(')
      await expect(street.check(key, 'Settlement', 'fall', [batch.ref, account])).rejects.toThrow('NotDisputes(')
      await expect(street.check(key, 'Settlement', 'countDemand', [batch.ref, true])).rejects.toThrow('NotDisputes(')
    }
    const courts = ['LegProofs', 'OrderProofs', 'StatementProofs', 'BillProofs'] as const
    for (const court of courts) expect(await street.ask('Disputes', 'isCourt', [street.at(court)])).toBe(true)
    expect(await street.ask('Disputes', 'isCourt', [operator.account])).toBe(false)
  })
})
