import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { NetSlotPort } from '#matching-engine/runs/net-slot.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import { RunLedger } from '#matching-engine/runs/run-ledger.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import type { RecordedEntry } from '#protocol/picture/recording.ts'

const SLOT = 1_982_000
const EVERYTHING = { fromSlot: 0, toSlot: Number.POSITIVE_INFINITY }

const stated = (home: number, slot = SLOT): PictureEvent => ({
  ...{ type: 'stated', home, slot, importWh: 10, exportWh: 0, by: 'meter' },
})
const traded = (number: number, seller: number): PictureEvent => ({
  type: 'traded',
  trade: {
    ...{ id: `${SLOT}.${number}`, slot: SLOT, seller, buyer: 7 },
    ...{ makerSide: 'buy', priceEurPerMWh: 100, energyWh: 1 },
  },
})

describe('a walk through a ledger', () => {
  it('shows a home what it sold and bought, of the slots and the time that were asked for', () => {
    const ledger = new RunLedger()
    for (let n = 1; n <= 9; n++) ledger.take({ sequence: n, timeMs: n }, traded(n, n % 3))
    const numbers: string[] = []
    Effect.runSync(ledger.eachTrade({ ...EVERYTHING, upToSequence: 7, home: 1 }, ({ id }) => void numbers.push(id)))
    expect(numbers).toEqual([1, 4, 7].map((n) => `${SLOT}.${n}`))
    Effect.runSync(ledger.eachTrade({ fromSlot: SLOT + 1, toSlot: SLOT + 9 }, () => expect.unreachable()))
  })

  it('gives others their turns, however many rows there are', async () => {
    const ledger = new RunLedger()
    const rows = 40_000
    for (let n = 1; n <= rows; n++) ledger.take({ sequence: n, timeMs: n }, stated(n % 100))
    let shown = 0
    let mostAtOnce = 0
    let before = 0
    const look = () => {
      mostAtOnce = Math.max(mostAtOnce, shown - before)
      before = shown
      if (shown < rows) setImmediate(look)
    }
    look()
    await Effect.runPromise(ledger.eachStatement(EVERYTHING, () => void shown++))
    expect(shown).toBe(rows)
    expect(mostAtOnce).toBeLessThan(rows / 4)
  })

  it('shows each row once, also where old ones are forgotten meanwhile', async () => {
    const ledger = new RunLedger()
    const rows = 1_048_576
    for (let n = 1; n <= rows; n++) ledger.take({ sequence: n, timeMs: n }, stated(n % 128, SLOT + n))
    const slots: number[] = []
    const walk = Effect.runPromise(ledger.eachStatement(EVERYTHING, ({ slot }) => void slots.push(slot - SLOT)))
    // One more than there may be: the older half goes, while the walk has only begun.
    ledger.take({ sequence: rows + 1, timeMs: 0 }, stated(1, SLOT + rows + 1))
    const begun = slots.length
    await walk
    expect(begun).toBeGreaterThan(0)
    expect(begun).toBeLessThan(rows / 2)
    const wanted = [
      ...Array.from({ length: begun }, (_, n) => n + 1),
      ...Array.from({ length: rows / 2 }, (_, n) => rows / 2 + n + 1),
    ]
    expect(slots.length).toBe(wanted.length)
    expect(slots.every((slot, index) => slot === wanted[index])).toBe(true)
  })
})

describe('how evenly homes share', () => {
  it('is said of final batches alone', async () => {
    const netSlot: NetSlotPort = () => [{ home: 0, costMicroEur: 2, costWithoutMarketMicroEur: 3 }]
    const history = new RunHistory({
      source: { name: 'rose', kind: 'recorded', names: 'names', grid: null, read: () => expect.unreachable() },
      netSlot,
    })
    const totals = {
      ...{ trades: 0, tradedWh: 0, tradedMicroEur: 0, localChargeMicroEur: 0, importWh: 0, exportWh: 0 },
      ...{ coveredWh: 0, costWithoutMarketMicroEur: 0, creditsWh: 0, costMicroEur: 2 },
    }
    let sequence = 0
    const happens = (...events: PictureEvent[]) => {
      const entry: RecordedEntry = { sequence: ++sequence, timeMs: 1_000, tell: () => events }
      history.push([entry])
    }
    happens({ type: 'opened', log: '1a', neighbourhood: 'rose', rules: defaultMarketRules, grid: null })
    happens({ type: 'joined', name: 'anna' })
    happens({ type: 'proposed', number: 1, firstSlot: SLOT, lastSlot: SLOT, totals, place: null })
    const asked = history.fairness({ fromBatch: 1, toBatch: 1 })
    expect(await Effect.runPromise(asked)).toMatchObject({ homesThatLost: null })
    happens({ type: 'final', number: 1, place: null })
    expect(await Effect.runPromise(asked)).toMatchObject({ homesThatLost: 0 })
  })
})
