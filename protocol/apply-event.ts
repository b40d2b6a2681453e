import { laterRules } from './later-rules.ts'
import type { MarketControl } from './market-control.ts'
import type { LoggedEvent, MarketEvent, MarketEventOf } from './market-event.ts'
import { addOpenOrder, removeOpenOrder } from './open-orders.ts'
import { reserveMicroEur } from './reserve.ts'
import {
  HISTORY_LENGTH,
  type Position,
  SESSIONS_LENGTH,
  type Street,
  type StreetHome,
  type StreetSlot,
  TAPE_LENGTH,
} from './street.ts'
import { tradeValueMicroEur } from './units.ts'

type Hex = `0x${string}`

/** Takes the street one event further, in place. Throws if the sequence is not the next one or the event cannot be true. */
export function applyEvent(street: Street, logged: LoggedEvent): void {
  if (logged.sequence !== street.sequence + 1) {
    throw new Error(`event ${logged.sequence} cannot follow ${street.sequence}: the log has a gap`)
  }
  fold(street, logged.event, logged.sequence)
  street.sequence = logged.sequence
  street.timeMs = Math.max(street.timeMs, logged.event.timeMs)
}

function fold(street: Street, event: MarketEvent, sequence: number): void {
  switch (event.type) {
    case 'NeighbourhoodOpened':
      street.neighbourhood = event.neighbourhood
      street.rules = { ...laterRules, ...event.rules }
      street.domain = event.domain
      street.operator = event.operator
      return
    case 'HomeEnrolled': {
      const { home, account, deviceId, deviceSigner, nonce } = event.enrolment.body
      const added: StreetHome = {
        home,
        account,
        deviceId,
        deviceSigner,
        sessions: [],
        readingSequence: -1,
        readingHash: `0x${'0'.repeat(64)}`,
        readingTimeMs: 0,
        powerW: 0,
        importWh: 0,
        exportWh: 0,
      }
      street.homes.set(home, added)
      street.homeOfAccount.set(account, added)
      street.homeOfDevice.set(deviceId, added)
      // An enrolment belongs to no slot, so its nonce is never forgotten.
      useNonce(street, { account, nonce, slot: Number.MAX_SAFE_INTEGER })
      return
    }
    case 'SessionAuthorised': {
      const { deviceId, sequence, streamKey, fromMs, untilMs } = event.session.body
      const home = known(street.homeOfDevice.get(deviceId), `device ${deviceId}`)
      // Anew: a snapshot shares it.
      home.sessions = [...home.sessions, { sequence, streamKey, fromMs, untilMs }].slice(-SESSIONS_LENGTH)
      return
    }
    case 'ReadingAccepted': {
      const { body } = event.reading
      const home = known(street.homeOfDevice.get(body.deviceId), `device ${body.deviceId}`)
      home.readingSequence = body.sequence
      home.readingHash = event.hash
      home.readingTimeMs = body.timeMs
      home.powerW = body.powerW
      home.importWh = body.importWh
      home.exportWh = body.exportWh
      street.counts.readings++
      return
    }
    case 'StatementAccepted': {
      const { body } = event.statement
      known(street.slots.get(body.slot), `slot ${body.slot}`).statements.set(body.account, body)
      street.counts.statements++
      return
    }
    case 'SlotPhaseChanged':
      changePhase(street, event)
      return
    case 'MarketControlled':
      control(street, event.control.body)
      return
    case 'OrderPlaced': {
      const { body } = event.order
      addOpenOrder(known(street.slots.get(body.slot), `slot ${body.slot}`), {
        orderId: event.orderId,
        account: body.account,
        side: body.side,
        timeInForce: body.timeInForce,
        expiresAtMs: body.expiresAtMs,
        postOnly: body.postOnly,
        selfTradePrevention: body.selfTradePrevention,
        nonce: body.nonce,
        priceEurPerMWh: body.priceEurPerMWh,
        energyWh: body.energyWh,
        openWh: body.energyWh,
      })
      useNonce(street, body)
      street.counts.orders++
      return
    }
    case 'OrderAmended': {
      const { body } = event.order
      const slot = known(street.slots.get(body.slot), `slot ${body.slot}`)
      const order = known(slot.openOrders.get(event.orderId), `order ${event.orderId}`)
      order.openWh = Math.max(0, body.energyWh - (order.energyWh - order.openWh))
      order.energyWh = body.energyWh
      order.priceEurPerMWh = body.priceEurPerMWh
      order.nonce = body.nonce
      if (event.priority === 'lost') {
        removeOpenOrder(slot, event.orderId)
        addOpenOrder(slot, order)
      }
      useNonce(street, body)
      return
    }
    case 'OrderCancelled':
      useNonce(street, event.cancel.body)
      return
    case 'OrderReduced': {
      const order = street.slots.get(event.slot)?.openOrders.get(event.orderId)
      const reduced = known(order, `order ${event.orderId}`)
      reduced.energyWh -= reduced.openWh - event.openWh
      reduced.openWh = event.openWh
      return
    }
    case 'OrderClosed': {
      const slot = street.slots.get(event.slot)
      if (slot !== undefined) removeOpenOrder(slot, event.orderId)
      return
    }
    case 'TradeMatched': {
      const { trade } = event
      const slot = known(street.slots.get(trade.slot), `slot ${trade.slot}`)
      const valueMicroEur = tradeValueMicroEur(trade)
      slot.trades++
      slot.tradedWh += trade.energyWh
      slot.tradedMicroEur += valueMicroEur
      slot.lastPriceEurPerMWh = trade.priceEurPerMWh
      fill(slot, trade.buyOrderId, trade.energyWh)
      fill(slot, trade.sellOrderId, trade.energyWh)
      const reserved = (side: 'buy' | 'sell') =>
        street.rules?.collateral === 'reserved' ? reserveMicroEur({ side, ...trade }, street.rules) : 0
      const buyer = positionOf(slot, trade.buyer)
      buyer.boughtWh += trade.energyWh
      buyer.paidMicroEur += valueMicroEur
      buyer.reservedMicroEur += reserved('buy')
      const seller = positionOf(slot, trade.seller)
      seller.soldWh += trade.energyWh
      seller.receivedMicroEur += valueMicroEur
      seller.reservedMicroEur += reserved('sell')
      street.counts.trades++
      street.counts.tradedWh += trade.energyWh
      street.tape.push({ trade, timeMs: event.timeMs, sequence })
      if (street.tape.length > TAPE_LENGTH) street.tape.shift()
      return
    }
    case 'FundsChanged':
      for (const { account, balanceMicroEur } of event.funds) street.funds.set(account, balanceMicroEur)
      street.fundsBlock = event.block
      return
    case 'DevicesChanged':
      for (const { account, isInService } of event.devices) {
        if (isInService) street.inService.add(account)
        else street.inService.delete(account)
      }
      return
    case 'BatchProposed':
      street.batches.set(event.batch.number, { batch: event.batch, proposed: event.place, final: null })
      street.counts.chainBlock = event.place.block
      return
    case 'BatchDisputed':
    case 'BatchUpheld':
      street.counts.chainBlock = event.place.block
      return
    case 'BatchFinalized': {
      const batch = known(street.batches.get(event.number), `batch ${event.number}`)
      batch.final = event.place
      street.counts.settledTrades += batch.batch.totals.trades
      street.counts.settledWh += batch.batch.totals.tradedWh
      street.counts.chainBlock = event.place.block
      street.batches.delete(event.number - HISTORY_LENGTH)
      return
    }
    default:
      // Only a log from a newer version holds an event that this version does not know.
      throw new Error(`unknown event ${(event satisfies never as MarketEvent).type}: written by a newer version?`)
  }
}

function changePhase(street: Street, change: MarketEventOf<'SlotPhaseChanged'>): void {
  const { phase, untilMs = null } = change
  const slot = street.slots.get(change.slot)
  if (slot === undefined) {
    street.slots.set(change.slot, {
      slot: change.slot,
      phase,
      callEndsMs: phase === 'call' ? untilMs : null,
      haltEndsMs: null,
      isHeld: false,
      trades: 0,
      tradedWh: 0,
      tradedMicroEur: 0,
      lastPriceEurPerMWh: null,
      openOrders: new Map(),
      openOrdersOf: new Map(),
      positions: new Map(),
      statements: new Map(),
    })
    return
  }
  slot.phase = phase
  if (phase === 'call') slot.callEndsMs = untilMs
  else if (phase !== 'halted') slot.callEndsMs = null
  slot.haltEndsMs = phase === 'halted' ? untilMs : null
  if (phase === 'closed') slot.isHeld = false
  if (phase !== 'settled') return
  slot.positions.clear()
  slot.statements.clear()
  street.slots.delete(change.slot - HISTORY_LENGTH)
  for (const nonces of street.nonces.values()) {
    for (const [nonce, used] of nonces) if (used === change.slot) nonces.delete(nonce)
  }
}

function control(street: Street, { action, slot, nonce }: MarketControl): void {
  street.controlNonce = nonce
  if (action === 'stop' || action === 'start') {
    street.isStopped = action === 'stop'
    return
  }
  const controlled = known(street.slots.get(slot), `slot ${slot}`)
  controlled.isHeld = action === 'halt'
  if (action === 'resume') controlled.haltEndsMs = null
}

function fill(slot: StreetSlot, orderId: Hex, energyWh: number): void {
  const order = known(slot.openOrders.get(orderId), `order ${orderId}`)
  if (order.openWh < energyWh) throw new Error(`order ${orderId} has ${order.openWh} Wh open, not ${energyWh}`)
  order.openWh -= energyWh
  if (order.openWh === 0) removeOpenOrder(slot, orderId)
}

/** The account's position in a slot, made if it has none yet. */
function positionOf(slot: StreetSlot, account: Hex): Position {
  let position = slot.positions.get(account)
  if (position === undefined) {
    position = { boughtWh: 0, soldWh: 0, paidMicroEur: 0, receivedMicroEur: 0, reservedMicroEur: 0 }
    slot.positions.set(account, position)
  }
  return position
}

function useNonce(street: Street, use: { readonly account: Hex; readonly nonce: number; readonly slot: number }): void {
  let nonces = street.nonces.get(use.account)
  if (nonces === undefined) {
    nonces = new Map()
    street.nonces.set(use.account, nonces)
  }
  nonces.set(use.nonce, use.slot)
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the log names ${what}, which it never introduced`)
  return value
}
