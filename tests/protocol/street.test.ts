import { describe, expect, it } from 'vitest'
import { applyEvent } from '#protocol/apply-event.ts'
import { canonicalJson } from '#protocol/canonical-json.ts'
import { type MarketEvent, slotPhases } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { addressOf, sign } from '#protocol/signing.ts'
import { snapshotOf, streetFrom } from '#protocol/snapshot.ts'
import { emptyStreet, HISTORY_LENGTH, type Street, TAPE_LENGTH } from '#protocol/street.ts'
import { domain, keyOf, orderOf } from './messages.ts'

const [anna, ben] = [keyOf(1), keyOf(2)]
const id = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const slot = 1_000

const enrolled = (home: string, key: `0x${string}`): MarketEvent => ({
  type: 'HomeEnrolled',
  timeMs: 1,
  enrolment: sign({
    domain,
    kind: 'enrolment',
    privateKey: key,
    body: {
      neighbourhood: 'street',
      home,
      account: addressOf(key),
      deviceId: `${home}-meter`,
      deviceSigner: addressOf(key),
      nonce: 1,
    },
  }),
})

const placed = (n: number, change: Parameters<typeof orderOf>[0] & { key: `0x${string}` }): MarketEvent => ({
  type: 'OrderPlaced',
  timeMs: 2,
  orderId: id(n),
  order: sign({ domain, kind: 'order', body: orderOf({ slot, nonce: n + 1, ...change }), privateKey: change.key }),
})

const traded = (n: number, energyWh: number): MarketEvent => ({
  type: 'TradeMatched',
  timeMs: 3,
  trade: {
    id: `${slot}.${n}`,
    slot,
    buyer: addressOf(anna),
    seller: addressOf(ben),
    buyOrderId: id(1),
    sellOrderId: id(2),
    makerSide: 'buy',
    priceEurPerMWh: 150,
    energyWh,
  },
})

const opening: MarketEvent = {
  type: 'NeighbourhoodOpened',
  timeMs: 0,
  neighbourhood: 'street',
  rules: defaultMarketRules,
  domain,
  operator: addressOf(keyOf(9)),
}

function streetOf(events: readonly MarketEvent[]): Street {
  const street = emptyStreet()
  for (const [index, event] of events.entries()) applyEvent(street, { sequence: index + 1, event })
  return street
}

const base: readonly MarketEvent[] = [
  opening,
  enrolled('anna', anna),
  enrolled('ben', ben),
  { type: 'SlotPhaseChanged', timeMs: 1, slot, phase: 'continuous' },
  placed(1, { key: anna, side: 'buy', energyWh: 100 }),
  placed(2, { key: ben, side: 'sell', energyWh: 60 }),
]

describe('the fold of a neighbourhood', () => {
  it('keeps positions equal: bought by one, sold by the other, at one value', () => {
    const street = streetOf([...base, traded(1, 60)])
    const positions = street.slots.get(slot)?.positions
    expect(positions?.get(addressOf(anna))).toEqual({
      boughtWh: 60,
      soldWh: 0,
      paidMicroEur: 9_000,
      receivedMicroEur: 0,
      reservedMicroEur: 0,
    })
    expect(positions?.get(addressOf(ben))).toEqual({
      boughtWh: 0,
      soldWh: 60,
      paidMicroEur: 0,
      receivedMicroEur: 9_000,
      reservedMicroEur: 0,
    })
    expect([...(street.slots.get(slot)?.openOrders.values() ?? [])].map((o) => [o.orderId, o.openWh])).toEqual([
      [id(1), 40],
    ])
  })

  it('moves an amended order to the back of the queue only if it lost its priority', () => {
    const amended = (priority: 'kept' | 'lost'): MarketEvent => ({
      type: 'OrderAmended',
      timeMs: 3,
      orderId: id(1),
      priority,
      order: sign({
        domain,
        kind: 'order',
        body: orderOf({ slot, key: anna, energyWh: 90, replaces: 2, nonce: 10 }),
        privateKey: anna,
      }),
    })
    const queue = (street: Street) => [...(street.slots.get(slot)?.openOrders.keys() ?? [])]
    expect(queue(streetOf([...base, amended('kept')]))).toEqual([id(1), id(2)])
    expect(queue(streetOf([...base, amended('lost')]))).toEqual([id(2), id(1)])
  })

  it('forgets orders, positions and nonces of a slot when it is settled', () => {
    const street = streetOf([...base, traded(1, 60), { type: 'SlotPhaseChanged', timeMs: 4, slot, phase: 'settled' }])
    expect(street.slots.get(slot)?.positions.size).toBe(0)
    expect(street.nonces.get(addressOf(anna))).toEqual(new Map([[1, Number.MAX_SAFE_INTEGER]]))
  })

  it('is bounded in its tape and its history', () => {
    const long = streetOf([
      ...base.slice(0, 4),
      placed(1, { key: anna, side: 'buy', energyWh: 10_000 }),
      placed(2, { key: ben, side: 'sell', energyWh: 10_000 }),
      ...Array.from({ length: TAPE_LENGTH + 5 }, (_, n) => traded(n + 1, 1)),
      ...Array.from({ length: HISTORY_LENGTH + 7 }, (_, n) => n + slot).flatMap((each): MarketEvent[] =>
        slotPhases.map((phase) => ({ type: 'SlotPhaseChanged', timeMs: 9, slot: each, phase })),
      ),
    ])
    expect(long.tape.length).toBe(TAPE_LENGTH)
    expect(long.slots.size).toBe(HISTORY_LENGTH)
  })

  it('refuses a gap, and an event that cannot be true', () => {
    const street = streetOf(base)
    expect(() => applyEvent(street, { sequence: street.sequence + 2, event: traded(1, 1) })).toThrow(/gap/)
    expect(() => applyEvent(street, { sequence: street.sequence + 1, event: traded(1, 61) })).toThrow(/60 Wh open/)
    const stranger = { type: 'SomethingNewer', timeMs: 9 } as unknown as MarketEvent
    expect(() => applyEvent(street, { sequence: street.sequence + 1, event: stranger })).toThrow(/newer version/)
  })

  it('comes back from its snapshot, and goes on the same', () => {
    const events = [...base, traded(1, 20), traded(2, 30)]
    for (let cut = 1; cut < events.length; cut++) {
      const early = streetOf(events.slice(0, cut))
      const restored = streetFrom(JSON.parse(JSON.stringify(snapshotOf(early))))
      expect(canonicalJson({ ...snapshotOf(restored) } as never)).toBe(canonicalJson({ ...snapshotOf(early) } as never))
      for (const [index, event] of events.slice(cut).entries()) {
        applyEvent(restored, { sequence: cut + index + 1, event })
      }
      expect(canonicalJson({ ...snapshotOf(restored) } as never)).toBe(
        canonicalJson({ ...snapshotOf(streetOf(events)) } as never),
      )
    }
  })
})
