import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type Picture } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import { FRAME_TRADES_MAX, type PictureFrame } from '#protocol/picture/picture-frame.ts'
import { HISTORY_LENGTH, TAPE_LENGTH } from '#protocol/street.ts'

const FIRST_SLOT = 1_000
const place = (block: number) => ({ transaction: `0x${'1'.repeat(64)}`, block }) as const
const totals = {
  ...{ trades: 3, tradedWh: 300, tradedMicroEur: 45_000, localChargeMicroEur: 0, importWh: 1, exportWh: 2 },
  ...{ coveredWh: 1, costMicroEur: 5, costWithoutMarketMicroEur: 6, creditsWh: 0 },
}

/** A street on which happens what the numbers say, as far as it can. */
class RandomStreet {
  readonly picture = emptyPicture()
  #timeMs = 1_700_000_000_000
  #lastSlot = FIRST_SLOT - 1
  #settledSlot = FIRST_SLOT - 1
  #proposed = 0
  #final = 0

  constructor() {
    this.#tell({ type: 'opened', log: '1a', neighbourhood: 'street', rules: defaultMarketRules, grid: null })
    this.#tell({ type: 'joined', name: 'anna' })
    this.#openSlot()
  }

  does({ what, number }: { readonly what: number; readonly number: number }): this {
    const { picture } = this
    const home = number % picture.homes.length
    const slot = this.#settledSlot + 1 + (number % (this.#lastSlot - this.#settledSlot))
    switch (what) {
      case 0:
        return this.#tell({ type: 'joined', name: number % 2 === 0 ? `home-${number}` : '' })
      case 1: {
        const stored = number % 3 === 0 ? {} : { stored: 0.5 }
        const counters = { importWh: number, exportWh: 2 * number, quality: number % 4 }
        return this.#tell({ type: 'read', home, timeMs: this.#timeMs, powerW: number - 500, ...counters, ...stored })
      }
      case 2:
        return this.#openSlot()
      case 3:
        return this.#trade(slot, number, 1)
      case 4:
        // More than a frame tells one by one; often more than the tape holds.
        return this.#trade(slot, number, FRAME_TRADES_MAX + (number % (2 * TAPE_LENGTH)))
      case 5:
        return this.#tell({ type: 'ordered', slot, openOrders: number }, { type: 'left', slot, openOrders: number - 1 })
      case 6:
        return this.#tell({ type: 'unmatched', slot, energyWh: number })
      case 7:
        return this.#tell({
          type: 'stated',
          home,
          slot,
          importWh: number,
          exportWh: 1,
          by: number % 2 ? 'meter' : 'estimate',
        })
      case 8:
        return this.#tell(
          { type: 'market', is: number % 2 ? 'stopped' : 'started' },
          { type: 'funded', fundsMicroEur: number },
        )
      case 9:
        if (this.#settledSlot + 1 === this.#lastSlot) this.#openSlot()
        return this.#tell({ type: 'phase', slot: ++this.#settledSlot, phase: 'settled', cause: 'batch', untilMs: null })
      case 10:
        this.#proposed++
        return this.#tell({
          ...{
            type: 'proposed',
            number: this.#proposed,
            firstSlot: slot,
            lastSlot: slot,
            totals,
            place: place(number),
          },
        })
      case 11:
        if (this.#proposed === this.#final) return this.#silence()
        return this.#tell({ type: number % 2 ? 'disputed' : 'upheld', number: this.#final + 1, place: place(number) })
      case 12:
        if (this.#proposed === this.#final) return this.#silence()
        return this.#tell({ type: 'final', number: ++this.#final, place: place(number) })
      default:
        return this.#silence()
    }
  }

  #trade(slot: number, number: number, times: number): this {
    const { homes } = this.picture
    for (let each = 0; each < times; each++) {
      const [seller, buyer] = [each % homes.length, (number % homes.length) - 1]
      const id = `${slot}.${this.picture.counts.trades + 1}`
      const trade = { id, slot, seller, buyer, makerSide: 'sell', priceEurPerMWh: number, energyWh: 1 + each } as const
      this.#tell({ type: 'traded', trade })
    }
    return this
  }

  #openSlot(): this {
    return this.#tell({
      type: 'phase',
      slot: ++this.#lastSlot,
      phase: 'continuous',
      cause: 'clock',
      untilMs: this.#timeMs,
    })
  }

  /** An event that nobody can see. */
  #silence(): this {
    return this.#tell()
  }

  #tell(...events: readonly PictureEvent[]): this {
    const sequence = this.picture.sequence + 1
    this.#timeMs += 1_000
    for (const event of events) applyPictureEvent(this.picture, { sequence, timeMs: this.#timeMs }, event)
    this.picture.sequence = sequence
    return this
  }
}

/** What of a picture is to be equal on both sides: everything but which sequence changed what, and the tape. */
function seenOf({ homes, slots, batches, tape: _, openedAt: _o, ...rest }: Picture) {
  return {
    ...rest,
    homes: homes.map(({ joinedAt: _j, changedAt: _c, ...home }) => home),
    slots: [...slots.values()].map(({ changedAt: _c, ...slot }) => slot),
    batches: [...batches.values()].map(({ changedAt: _c, ...batch }) => batch),
  }
}

const overTheWire = (frame: PictureFrame): PictureFrame => JSON.parse(JSON.stringify(frame))

/** A page that is sent frames now and then, and holds each against the fold. */
class FollowingPage {
  readonly picture = emptyPicture()
  #told = 0
  #untold = 0

  take(street: Picture, from: number): void {
    const before = this.picture.counts.trades
    const wasWhole = from === 0
    const { trades, untoldTrades } = applyFrame(this.picture, overTheWire(frameSince(street, from)))
    expect(seenOf(this.picture)).toEqual(seenOf(street))
    if (wasWhole) {
      expect(this.picture.tape).toEqual(street.tape.slice(-FRAME_TRADES_MAX))
      this.#told = street.counts.trades
      this.#untold = 0
      return
    }
    this.#told += trades.length
    this.#untold += untoldTrades
    expect(untoldTrades).toBeGreaterThanOrEqual(0)
    expect(trades).toHaveLength(Math.min(street.counts.trades - before, FRAME_TRADES_MAX))
    expect(trades).toEqual(trades.length === 0 ? [] : street.tape.slice(-trades.length))
    expect(this.#told + this.#untold).toBe(street.counts.trades)
  }
}

const steps = fc.array(fc.record({ what: fc.nat(14), number: fc.nat(2_000) }), { minLength: 1, maxLength: 60 })

describe('frames', () => {
  it('give the picture of the fold, however the log is cut, with counts that are always exact', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 8 }), (parts) => {
        const street = new RandomStreet()
        const page = new FollowingPage()
        page.take(street.picture, 0)
        for (const part of parts) {
          for (const step of part) street.does(step)
          page.take(street.picture, page.picture.sequence)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('do so from any earlier sequence, too: who has more than a frame needs takes of it what it lacks', () => {
    fc.assert(
      fc.property(
        fc.array(steps, { minLength: 2, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 6 }),
        (parts, draws) => {
          const street = new RandomStreet()
          const page = new FollowingPage()
          page.take(street.picture, 0)
          for (const [index, part] of parts.entries()) {
            for (const step of part) street.does(step)
            page.take(street.picture, (draws[index] ?? 0) % (page.picture.sequence + 1))
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('share nothing with the picture that changes later', () => {
    const street = new RandomStreet()
    for (let what = 0; what <= 12; what++) street.does({ what, number: 7 })
    const frame = frameSince(street.picture, 0)
    const kept = JSON.stringify(frame)
    for (let what = 0; what <= 12; what++) street.does({ what, number: 9 })
    expect(JSON.stringify(frame)).toBe(kept)
  })

  it('let go what the street keeps no longer', () => {
    const street = new RandomStreet()
    const page = new FollowingPage()
    page.take(street.picture, 0)
    for (let number = 0; number < HISTORY_LENGTH + 5; number++) {
      for (const what of [2, 9, 10, 12]) street.does({ what, number })
    }
    page.take(street.picture, page.picture.sequence)
    expect(page.picture.batches.size).toBe(HISTORY_LENGTH)
    expect(page.picture.slots.has(FIRST_SLOT)).toBe(false)
  })

  it('leave nothing of the picture that they take the place of, even where there is nothing yet', () => {
    const { picture } = new RandomStreet().does({ what: 1, number: 1 })
    applyFrame(picture, frameSince(emptyPicture(), 0))
    expect(picture).toEqual(emptyPicture())
  })

  it('refuse a picture that ends before they begin', () => {
    const street = new RandomStreet()
    expect(() => applyFrame(emptyPicture(), frameSince(street.picture, 1))).toThrow(RangeError)
  })
})
