import { HISTORY_LENGTH, TAPE_LENGTH } from '../street.ts'
import { tradeValueMicroEur } from '../units.ts'
import { newHome, type Picture, type PictureBatch, type PictureSlot } from './picture.ts'
import type { PictureEvent, PictureMoment } from './picture-event.ts'

/** Takes a picture one event further, in place. One event of a log may come to several, of the same sequence. */
export function applyPictureEvent(picture: Picture, { sequence, timeMs }: PictureMoment, event: PictureEvent): void {
  picture.sequence = sequence
  picture.timeMs = Math.max(picture.timeMs, timeMs)
  switch (event.type) {
    case 'opened':
      picture.log = event.log
      picture.neighbourhood = event.neighbourhood
      picture.rules = event.rules
      picture.grid = event.grid
      picture.openedAt = sequence
      return
    case 'joined':
      picture.homes.push(newHome({ home: picture.homes.length, name: event.name, joinedAt: sequence }))
      return
    case 'read': {
      const home = known(picture.homes[event.home], `home ${event.home}`)
      if (home.readingTimeMs > 0) home.everyMs = event.timeMs - home.readingTimeMs
      home.readingTimeMs = event.timeMs
      home.powerW = event.powerW
      home.importWh = event.importWh
      home.exportWh = event.exportWh
      home.quality = event.quality
      home.stored = event.stored ?? null
      home.changedAt = sequence
      picture.counts.readings++
      return
    }
    case 'stated': {
      const slot = slotOf(picture, event.slot)
      slot.importWh += event.importWh
      slot.exportWh += event.exportWh
      slot.statements++
      if (event.by === 'estimate') slot.estimates++
      slot.changedAt = sequence
      picture.counts.statements++
      return
    }
    case 'phase': {
      const slot = picture.slots.get(event.slot) ?? addSlot(picture, event.slot)
      slot.phase = event.phase
      slot.cause = event.cause
      slot.untilMs = event.untilMs
      slot.changedAt = sequence
      if (event.phase === 'settled') picture.slots.delete(event.slot - HISTORY_LENGTH)
      return
    }
    case 'market':
      picture.isStopped = event.is === 'stopped'
      return
    case 'ordered':
    case 'left': {
      const slot = slotOf(picture, event.slot)
      slot.openOrders = event.openOrders
      slot.changedAt = sequence
      if (event.type === 'ordered') picture.counts.orders++
      return
    }
    case 'unmatched': {
      const slot = slotOf(picture, event.slot)
      slot.unmatchedWh += event.energyWh
      slot.changedAt = sequence
      return
    }
    case 'lost': {
      const slot = slotOf(picture, event.slot)
      slot.lossesWh = event.energyWh
      slot.changedAt = sequence
      return
    }
    case 'traded': {
      const { trade } = event
      const { priceEurPerMWh: price } = trade
      const slot = slotOf(picture, trade.slot)
      const valueMicroEur = tradeValueMicroEur(trade)
      slot.trades++
      slot.tradedWh += trade.energyWh
      slot.tradedMicroEur += valueMicroEur
      slot.openEurPerMWh ??= price
      slot.highEurPerMWh = Math.max(slot.highEurPerMWh ?? price, price)
      slot.lowEurPerMWh = Math.min(slot.lowEurPerMWh ?? price, price)
      slot.lastEurPerMWh = price
      slot.changedAt = sequence
      picture.counts.trades++
      picture.counts.tradedWh += trade.energyWh
      picture.counts.tradedMicroEur += valueMicroEur
      picture.tape.push({ ...trade, timeMs, sequence })
      if (picture.tape.length > TAPE_LENGTH) picture.tape.shift()
      return
    }
    // What is told of a whole run, and no part of how it looks at one moment.
    case 'dimmed':
    case 'curtailed':
    case 'charged':
      return
    case 'funded':
      picture.counts.fundsMicroEur = event.fundsMicroEur
      return
    case 'proposed': {
      const { number, firstSlot, lastSlot, totals, place } = event
      picture.batches.set(number, {
        ...{ number, firstSlot, lastSlot, totals },
        proposed: place,
        proposedAtMs: timeMs,
        isDisputed: false,
        final: null,
        finalAtMs: null,
        changedAt: sequence,
      })
      onChain(picture, place)
      return
    }
    case 'disputed':
    case 'upheld': {
      const batch = batchOf(picture, event.number)
      batch.isDisputed = event.type === 'disputed'
      batch.changedAt = sequence
      onChain(picture, event.place)
      return
    }
    case 'final': {
      const batch = batchOf(picture, event.number)
      batch.final = event.place
      batch.finalAtMs = timeMs
      batch.isDisputed = false
      batch.changedAt = sequence
      picture.counts.settledTrades += batch.totals.trades
      picture.counts.settledWh += batch.totals.tradedWh
      onChain(picture, event.place)
      picture.batches.delete(event.number - HISTORY_LENGTH)
    }
  }
}

function onChain(picture: Picture, place: { readonly block: number } | null): void {
  if (place !== null) picture.counts.chainBlock = place.block
}

function addSlot(picture: Picture, slot: number): PictureSlot {
  const added: PictureSlot = {
    slot,
    phase: 'scheduled',
    cause: null,
    untilMs: null,
    trades: 0,
    tradedWh: 0,
    tradedMicroEur: 0,
    openEurPerMWh: null,
    highEurPerMWh: null,
    lowEurPerMWh: null,
    lastEurPerMWh: null,
    openOrders: 0,
    unmatchedWh: 0,
    lossesWh: null,
    importWh: 0,
    exportWh: 0,
    statements: 0,
    estimates: 0,
    changedAt: 0,
  }
  picture.slots.set(slot, added)
  return added
}

const slotOf = (picture: Picture, slot: number): PictureSlot => known(picture.slots.get(slot), `slot ${slot}`)
const batchOf = (picture: Picture, number: number): PictureBatch =>
  known(picture.batches.get(number), `batch ${number}`)

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the log names ${what}, which it never introduced`)
  return value
}
