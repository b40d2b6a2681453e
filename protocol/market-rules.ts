import { Effect, Schema } from 'effect'
import { Count, PositiveInt, SignedInt } from './ids.ts'
import { laterRules } from './later-rules.ts'

/**
 * What the supplier charges and pays, and what a local trade still costs, in 0.001 EUR/MWh.
 * `retail` is the whole price of supply (energy, network, levies, VAT); `localCharge` is the part of it that
 * energy bought from a neighbour does not avoid: network use, levies and VAT. The gap that neighbours share is
 * retail − localCharge − feedIn.
 */
export const Tariff = Schema.Struct({
  retailMilliEurPerMWh: SignedInt,
  feedInMilliEurPerMWh: SignedInt,
  localChargeMilliEurPerMWh: Count,
})
export type Tariff = typeof Tariff.Type

/** Homes of one neighbourhood: with the supplier and the grid they fit one settlement batch (500 accounts). */
export const HOMES_MAX = 498

/** A rule that joined later: read as `laterRules` has it where it is left out. */
const later = (rule: Exclude<keyof typeof laterRules, 'priceRule' | 'collateral' | 'devices'>, schema: typeof Count) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(laterRules[rule])))

/** How a call auction finds its one price (MATCHING). */
const PriceRule = Schema.Literals(['largest-volume', 'highest-matched-ask', 'last-matched-bid', 'midpoint'])

/** Whether an order needs money in the vault for what it may cost (`reserve.ts`). */
const Collateral = Schema.Literals(['none', 'reserved'])

/** Whose orders are taken: everybody's, or of those whose device the chain's registry has in service. */
const Devices = Schema.Literals(['any', 'in-service'])

/** Bounds that no market comes near: whoever folds somebody else's log shall not open slots for ever. */
const Slots = PositiveInt.check(Schema.isLessThanOrEqualTo(10_000))
const Span = Count.check(Schema.isLessThanOrEqualTo(366 * 24 * 60 * 60_000))

/** The rules of one neighbourhood's market. Times are ms unless named otherwise. */
export const MarketRules = Schema.Struct({
  slotMinutes: Schema.Literals([5, 15, 30, 60]),
  slotsAhead: Slots,
  gateBeforeDeliveryMs: Span,
  meteringDeadlineMs: Span,
  minPriceEurPerMWh: SignedInt,
  maxPriceEurPerMWh: SignedInt,
  /** the most Wh that one order may be for, and that a home may have metered each way in one slot */
  maxOrderWh: PositiveInt,
  maxOpenOrdersPerAccountAndSlot: PositiveInt,
  /** orders and amends in all, open or not */
  maxOrdersPerAccountAndSlot: later('maxOrdersPerAccountAndSlot', PositiveInt),
  /** how long a slot collects orders when it opens, before it trades them all at one price; 0 is no such call */
  openingCallMs: later('openingCallMs', Count),
  priceRule: PriceRule.pipe(Schema.withDecodingDefaultKey(Effect.succeed(laterRules.priceRule))),
  /** a trade further than this from the slot's last price before its command halts the slot; 0 is no band */
  bandEurPerMWh: later('bandEurPerMWh', Count),
  /** how long such a halt lasts */
  haltMs: later('haltMs', PositiveInt),
  collateral: Collateral.pipe(Schema.withDecodingDefaultKey(Effect.succeed(laterRules.collateral))),
  devices: Devices.pipe(Schema.withDecodingDefaultKey(Effect.succeed(laterRules.devices))),
  slotsPerBatch: Slots,
  disputeWindowMs: Span,
  tariff: Tariff,
  /** fee on what a home paid its neighbours for energy bought at prices above 0, in 1/10,000 of it; 0 is no fee */
  protocolFeeBp: later('protocolFeeBp', Count.check(Schema.isLessThanOrEqualTo(100))),
})
export type MarketRules = typeof MarketRules.Type

/** What of the rules a home's bill follows. */
export type BillTerms = Pick<MarketRules, 'tariff' | 'protocolFeeBp'>

/** DOMAIN's defaults: 15 min slots, 96 ahead, gate 5 min before, a batch and a dispute window of a day. */
export const defaultMarketRules: MarketRules = {
  ...laterRules,
  slotMinutes: 15,
  slotsAhead: 96,
  gateBeforeDeliveryMs: 5 * 60_000,
  meteringDeadlineMs: 60 * 60_000,
  minPriceEurPerMWh: -500,
  maxPriceEurPerMWh: 4_000,
  maxOrderWh: 1_000_000,
  maxOpenOrdersPerAccountAndSlot: 64,
  slotsPerBatch: 96,
  disputeWindowMs: 24 * 60 * 60_000,
  tariff: { retailMilliEurPerMWh: 320_000, feedInMilliEurPerMWh: 80_000, localChargeMilliEurPerMWh: 110_000 },
}
