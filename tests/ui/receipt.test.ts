import { describe, expect, it } from 'vitest'
import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import { receiptSteps } from '../../ui/src/receipt/receipt-steps.ts'
import { readingOf } from '../meter-agent/bodies.ts'

const hash = (digit: string) => `0x${digit.repeat(64)}` as const
const account = (digit: string) => `0x${digit.repeat(40)}` as const
const signed = { algorithm: 'secp256k1', signer: account('d'), signature: `0x${'e'.repeat(130)}` } as const

const readingAt = (timeMs: number) => ({ ...readingOf(9), deviceId: 'seven', timeMs })

const party = (home: string, statement: 'stated' | 'estimated' | 'missing'): ReceiptParty => ({
  home,
  enrolment: null,
  order: null,
  reading: null,
  session: null,
  statement:
    statement === 'missing'
      ? null
      : {
          ...signed,
          kind: 'statement',
          body: {
            deviceId: home,
            account: account('a'),
            neighbourhood: 'street',
            slot: 100,
            importWh: 12,
            exportWh: 345,
            firstSequence: 7,
            lastSequence: 9,
            chainHead: hash('c'),
            quality: 0,
            estimated: statement === 'estimated',
          },
        },
})

const receipt = (seller: ReceiptParty, buyer: ReceiptParty, batch: TradeReceipt['batch']): TradeReceipt => ({
  trade: {
    id: '100.1',
    slot: 100,
    buyer: account('b'),
    seller: account('a'),
    buyOrderId: hash('1'),
    sellOrderId: hash('2'),
    makerSide: 'sell',
    priceEurPerMWh: 214,
    energyWh: 300,
  },
  sequence: 5,
  timeMs: 0,
  phase: 'metering',
  seller,
  buyer,
  batch,
})

const settled: NonNullable<TradeReceipt['batch']> = {
  batch: {
    number: 3,
    firstSlot: 100,
    lastSlot: 103,
    ...{ tradesRoot: hash('5'), statementsRoot: hash('6'), billsRoot: hash('6'), creditsRoot: hash('6') },
    ...{ termsHash: hash('7'), logHead: hash('7'), archiveHash: hash('7') },
    totals: {
      ...{ trades: 12, tradedWh: 1, tradedMicroEur: 1, localChargeMicroEur: 1, importWh: 1, exportWh: 1 },
      ...{ coveredWh: 1, costMicroEur: 1, costWithoutMarketMicroEur: 1, creditsWh: 1 },
    },
  },
  proposed: { transaction: hash('8'), block: 80 },
  final: { transaction: hash('9'), block: 90 },
}

describe('the steps of a receipt', () => {
  it('go from both meters to the transaction, and what has not happened is open', () => {
    const steps = receiptSteps(receipt(party('seven', 'stated'), party('nine', 'missing'), null))
    expect(steps.map(({ name, state }) => `${name}: ${state}`)).toEqual([
      'seven read its meter: recorded',
      'seven stated the slot: recorded',
      'nine read its meter: open',
      'nine stated the slot: open',
      'seven ordered: recorded',
      'nine ordered: recorded',
      'The book matched: recorded',
      'Netted into a batch: open',
      'Settled on the chain: open',
    ])
  })

  it('call an estimate an estimate, and name who signed it', () => {
    const [read, stated] = receiptSteps(receipt(party('seven', 'estimated'), party('nine', 'stated'), null))
    expect(read).toMatchObject({ state: 'estimated', facts: [], record: null })
    expect(stated).toMatchObject({ state: 'estimated', facts: [{ value: signed.signer }] })
  })

  it('say whose key has signed the reading, as far as the records go together', () => {
    const [meter, stream] = [account('d'), hash('e')]
    const reading = (signer: `0x${string}`, timeMs: number): ReceiptParty['reading'] => ({
      hash: hash('c'),
      reading: {
        kind: 'reading',
        algorithm: 'ed25519',
        signer,
        signature: `0x${'e'.repeat(128)}`,
        body: readingAt(timeMs),
      },
    })
    const session: ReceiptParty['session'] = {
      ...signed,
      kind: 'session',
      body: { neighbourhood: 'street', deviceId: 'seven', streamKey: stream, fromMs: 10, untilMs: 20, sequence: 1 },
    }
    const enrolment: ReceiptParty['enrolment'] = {
      ...signed,
      kind: 'enrolment',
      body: {
        neighbourhood: 'street',
        home: 'seven',
        account: account('a'),
        deviceId: 'seven',
        deviceSigner: meter,
        nonce: 1,
      },
    }
    const text = (by: Partial<ReceiptParty>) =>
      receiptSteps(receipt({ ...party('seven', 'stated'), enrolment, ...by }, party('nine', 'missing'), null))[0]?.text
    expect(text({ reading: reading(meter, 10) })).toContain('signed by the meter’s key')
    expect(text({ reading: reading(stream, 10), session })).toContain(
      'a stream key that the meter’s key has authorised',
    )
    for (const [at, by] of [
      [20, session],
      [9, session],
      [10, null],
      [10, { ...session, signer: account('f') }],
      [10, { ...session, body: { ...session.body, deviceId: 'nine' } }],
    ] as const) {
      expect(text({ reading: reading(stream, at), session: by as typeof session | null })).toContain('say nothing')
    }
  })

  it('say of a doubtful statement how far it can be trusted, and why', () => {
    const seller = party('seven', 'stated')
    if (seller.statement === null) throw new Error('no statement')
    const doubted = { ...seller, statement: { ...seller.statement, body: { ...seller.statement.body, quality: 2049 } } }
    const [, stated] = receiptSteps(receipt(doubted, party('nine', 'stated'), null))
    expect(stated?.text).toMatch(/; trust 36.0 %: a counter was held, the power stands still$/)
    const [, good] = receiptSteps(receipt(seller, party('nine', 'stated'), null))
    expect(good?.text).toMatch(/in this slot$/)
  })

  it('name each by what it can be found again with, and by the steps that it is made of', () => {
    const steps = receiptSteps(receipt(party('seven', 'stated'), party('nine', 'stated'), settled))
    expect(steps.map(({ facts }) => facts.map(({ value }) => value))).toEqual([
      [hash('c')],
      [hash('c')],
      [hash('c')],
      [hash('c')],
      [hash('2')],
      [hash('1')],
      ['100.1'],
      [hash('5')],
      [hash('9'), hash('8')],
    ])
    // Following what each rests on from the transaction comes to every step.
    const reached = new Set<string>()
    const follow = (key: string) => {
      reached.add(key)
      for (const on of steps.find((step) => step.key === key)?.restsOn ?? []) follow(on)
    }
    follow('transaction')
    expect([...reached].sort()).toEqual(steps.map(({ key }) => key).sort())
  })

  it('show each record whole, as the server has it', () => {
    const seller = party('seven', 'stated')
    const told = receipt(seller, party('nine', 'missing'), settled)
    const records = new Map(receiptSteps(told).map(({ key, record }) => [key, record]))
    expect(records.get('seller-statement')).toBe(seller.statement)
    expect(records.get('buyer-statement')).toBeNull()
    expect(records.get('match')).toBe(told.trade)
    expect(records.get('batch')).toBe(settled.batch)
  })

  it('leave the transaction open while the batch can be disputed', () => {
    const proposed = receipt(party('seven', 'stated'), party('nine', 'stated'), { ...settled, final: null })
    const step = receiptSteps(proposed).at(-1)
    expect(step).toMatchObject({ state: 'open', facts: [{ value: hash('8') }] })
    expect(step?.text).toBe('proposed in block 80; it can still be disputed')
  })

  it('call homes what the page calls them', () => {
    const told = receipt(party('seven', 'stated'), party('nine', 'stated'), null)
    const names = receiptSteps(told, { seller: 'Home 1', buyer: 'Home 2' }).map(({ name }) => name)
    expect(names[0]).toBe('Home 1 read its meter')
    expect(names[5]).toBe('Home 2 ordered')
  })
})
