import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type StatementLeaf, statementLeavesOf } from '#contracts/settlement/statement-leaves.ts'
import { deviceKeyOf, signKeyRotation } from '#protocol/device-join.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import { type Contents, crafted, honestContents, type Proposed, propose, shown } from './crafted-batch.ts'
import { GENESIS, SLOT_SECONDS } from './dispute-chain.ts'
import { honestRecords, type Records } from './dispute-records.ts'
import {
  type DisputeStreet,
  FIRST_SLOT,
  type Home,
  homeAt,
  LAST_SLOT,
  metered,
  neighbourhood,
  openDisputeStreet,
  revealed,
  suspend,
} from './dispute-street.ts'
import { expectFall, fallOf } from './expect-fall.ts'
import { person } from './on-chain.ts'

describe('a batch whose statements tree lies', () => {
  let street: DisputeStreet
  let records: Records
  let honest: Contents
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    records = honestRecords(street)
    honest = await honestContents(street, records)
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const lying = (statements: readonly StatementLeaf[], over: Partial<Contents> = {}) =>
    propose(street, crafted({ ...honest, statements, ...over }))
  const changed = (index: number, over: Partial<StatementLeaf>) =>
    honest.statements.map((leaf, n) => (n === index ? { ...leaf, ...over } : leaf))
  const prove = (batch: Proposed, proof: string, index: number, ...more: readonly unknown[]) =>
    fallOf(street, 'StatementProofs', proof, [...batch.case, shown(batch, 'statements', index), ...more])
  /** A batch in which this statement stands for its home's. */
  const batchWith = async (statement: SignedStatement) => {
    const { account, slot } = statement.body
    const statements = records.statements.map((one) =>
      one.body.account === account && one.body.slot === slot ? statement : one,
    )
    const leaves = statementLeavesOf(statements, street.p256Verifier)
    const index = leaves.findIndex((leaf) => leaf.account === account && leaf.slot === slot)
    return { batch: await lying(leaves), index }
  }
  /** Whether the signature of a home's statement of the first slot is held to be its device's. */
  const proveSigned = async (statement: SignedStatement) => {
    const { batch, index } = await batchWith(statement)
    return prove(batch, 'statementNotSigned', index, revealed(statement, street.p256Verifier))
  }
  const ownOf = (home: Home, over: object = {}, signer = home.device) =>
    metered(street.domain, home, { slot: FIRST_SLOT, importWh: 5, ...over }, signer)
  const endOfFirst = (FIRST_SLOT + 1) * SLOT_SECONDS

  it.for([0, 1, 6])('falls if statements %i and the next stand the wrong way round, or twice', async (index) => {
    const [a, b] = honest.statements.slice(index, index + 2) as [StatementLeaf, StatementLeaf]
    for (const [one, next] of [
      [b, a],
      [a, a],
    ] as const) {
      const batch = await lying(honest.statements.with(index, one).with(index + 1, next))
      const args = [...batch.case, shown(batch, 'statements', index, 2)]
      expectFall(await fallOf(street, 'StatementProofs', 'statementsOutOfOrder', args), 'StatementsOutOfOrder')
    }
  })

  it('falls if a statement is of a slot that the batch does not settle', async () => {
    const before = await lying(honest.statements, { firstSlot: LAST_SLOT })
    expectFall(await prove(before, 'statementMisplaced', 0), 'StatementMisplaced')
    const after = await lying(honest.statements, { lastSlot: FIRST_SLOT })
    expectFall(await prove(after, 'statementMisplaced', 1), 'StatementMisplaced')
  })

  describe('holds devices to the registry', () => {
    it('falls if nobody knows the device', async () => {
      const { batch, index } = await batchWith(ownOf(homeAt(0), { deviceId: 'ghost' }))
      expectFall(await prove(batch, 'deviceNotInService', index), 'DeviceNotInService')
    })

    it('falls if the device is a neighbour’s', async () => {
      const { batch, index } = await batchWith(ownOf(homeAt(0), { deviceId: homeAt(1).deviceId }))
      expectFall(await prove(batch, 'deviceNotInService', index), 'DeviceNotInService')
    })

    it('falls if the device was suspended before the slot ended', async () => {
      await street.passTo(endOfFirst - 1)
      await suspend(street, homeAt(0))
      const { batch, index } = await batchWith(ownOf(homeAt(0)))
      expectFall(await prove(batch, 'deviceNotInService', index), 'DeviceNotInService')
    })

    it('stands if it was suspended after, changed hands after, or if the operator only estimated', async () => {
      const [zero, one] = [homeAt(0), homeAt(1)]
      const { batch, index } = await batchWith(
        metered(street.domain, zero, { slot: FIRST_SLOT, deviceId: 'ghost', estimated: true }),
      )
      await suspend(street, homeAt(3))
      const device = await street.ask('DeviceRegistry', 'deviceOf', [neighbourhood, keccak(one.deviceId), one.account])
      await street.send(one.key, 'DeviceRegistry', 'approve', [zero.account, device])
      await street.send(zero.key, 'DeviceRegistry', 'transferFrom', [one.account, zero.account, device])
      const indexOf = (home: Home) => honest.statements.findIndex(({ account }) => account === home.account)
      for (const unharmed of [index, indexOf(one), indexOf(homeAt(3))]) {
        await expect(prove(batch, 'deviceNotInService', unharmed)).rejects.toThrow('NothingWrong()')
      }
    })
  })

  const otherwise: readonly (readonly [string, Partial<StatementLeaf>])[] = [
    ['account', { account: homeAt(3).account }],
    ['slot', { slot: LAST_SLOT }],
    ['import', { importWh: 1 }],
    ['export', { exportWh: 1 }],
    ['estimate', { isEstimated: true }],
    ['device', { deviceName: keccak('meter-9') }],
  ]
  it.for(otherwise)('falls if a leaf says another %s than the statement', async ([, over]) => {
    const { body } = records.statements[0] as SignedStatement
    const index = honest.statements.findIndex(({ account, slot }) => account === body.account && slot === body.slot)
    expect(honest.statements[index]).not.toMatchObject(over)
    const batch = await lying(changed(index, over))
    expectFall(await prove(batch, 'statementMismatched', index, body), 'StatementMismatched')
  })

  it('falls if a statement is of another neighbourhood', async () => {
    const statement = ownOf(homeAt(0), { neighbourhood: 'elm-road' })
    const { batch, index } = await batchWith(statement)
    expectFall(await prove(batch, 'statementMismatched', index, statement.body), 'StatementMismatched')
  })

  it('refuses another statement than the leaf has the hash of', async () => {
    const { batch, index } = await batchWith(ownOf(homeAt(0)))
    const other = ownOf(homeAt(0), { importWh: 6 })
    await expect(prove(batch, 'statementMismatched', index, other.body)).rejects.toThrow('WrongPreimage(')
    const signed = revealed(other, street.p256Verifier)
    await expect(prove(batch, 'statementNotSigned', index, signed)).rejects.toThrow('WrongPreimage(')
  })

  describe.each([0, 1])('with the device of home %i', (n) => {
    it('falls if its statement was signed by nobody', async () => {
      const statement = { ...ownOf(homeAt(n)), signature: ownOf(homeAt(n), { importWh: 6 }).signature }
      expectFall(await proveSigned(statement as SignedStatement), 'StatementNotSigned')
    })

    it('falls if its statement was signed by its account', async () => {
      expectFall(await proveSigned(ownOf(homeAt(n), {}, secp256k1Signer(homeAt(n).key))), 'StatementNotSigned')
    })

    it('stands if its statement was signed by it', async () => {
      await expect(proveSigned(ownOf(homeAt(n)))).rejects.toThrow('NothingWrong()')
    })

    it('judges by the key that it had when the slot ended', async () => {
      const { key, account, deviceId } = homeAt(n)
      const next = secp256k1Signer(person(0x900 + n).key)
      await street.passTo(endOfFirst)
      const device = await street.ask<bigint>('DeviceRegistry', 'deviceOf', [neighbourhood, keccak(deviceId), account])
      const rotation = {
        ...{ device: Number(device), owner: account, key: deviceKeyOf(next, street.p256Verifier) },
        ...{ nonce: 1, deadline: 2 * GENESIS },
      }
      const consent = signKeyRotation(street.domain, rotation, next)
      const args = [device, rotation.key, rotation.nonce, rotation.deadline, consent]
      await street.send(key, 'DeviceRegistry', 'rotateKey', args)
      await expect(proveSigned(ownOf(homeAt(n)))).rejects.toThrow('NothingWrong()')
      await street.goBackTo(untouched)
      untouched = await street.snapshot()
      await street.passTo(endOfFirst - 10)
      await street.send(key, 'DeviceRegistry', 'rotateKey', args)
      expectFall(await proveSigned(ownOf(homeAt(n))), 'StatementNotSigned')
    })
  })

  it('stands if an estimate was signed by the operator', async () => {
    const estimate = metered(street.domain, homeAt(0), { slot: FIRST_SLOT, estimated: true })
    await expect(proveSigned(estimate)).rejects.toThrow('NothingWrong()')
  })

  it('falls if an estimate earns credits', async () => {
    const index = honest.statements.findIndex(({ isEstimated }) => isEstimated)
    const batch = await lying(changed(index, { earnsCredit: true }))
    expectFall(await prove(batch, 'estimateEarns', index), 'EstimateEarns')
  })

  it('stands if a statement earns credits, and an estimate none', async () => {
    const batch = await lying(honest.statements)
    for (const index of honest.statements.keys()) {
      await expect(prove(batch, 'estimateEarns', index)).rejects.toThrow('NothingWrong()')
    }
  })
})
