import { describe, expect, it } from 'vitest'
import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import { receiptSteps } from '../../ui/src/receipt/receipt-steps.ts'

const hash = (digit: string) => `0x${digit.repeat(64)}` as const
const account = (digit: string) => `0x${digit.repeat(40)}` as const
const signed = { algorithm: 'secp256k1', signer: account('d'), signature: `0x${'e'.repeat(130)}` } as const

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
    expect(read).toMatchObject({ state: 'estimated', fact: null })
    expect(stated).toMatchObject({ state: 'estimated', fact: signed.signer })
  })

  it('name each by what it can be found again with', () => {
    const facts = receiptSteps(receipt(party('seven', 'stated'), party('nine', 'stated'), null)).map(({ fact }) => fact)
    expect(facts.slice(0, 7)).toEqual([hash('c'), hash('c'), hash('c'), hash('c'), hash('2'), hash('1'), '100.1'])
  })
})
