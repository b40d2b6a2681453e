import { Schema } from 'effect'
import { Address, Count, DeviceSigner, Hash32, PositiveInt, SignedInt, Slug } from '#protocol/ids.ts'
import { slotPhases } from '#protocol/market-event.ts'
import { MarketRules } from '#protocol/market-rules.ts'
import type { Outcome, Positions } from '#protocol/messages.ts'
import { refusals } from '#protocol/refusal.ts'

const Refusal = Schema.Literals(Object.keys(refusals) as (keyof typeof refusals)[])

/** One outcome, as the gateway writes it. */
export const OutcomeAnswer: Schema.Codec<Outcome, unknown> = Schema.Union([
  Schema.Struct({ accepted: Schema.Literal(true), id: Schema.String }),
  Schema.Struct({
    accepted: Schema.Literal(false),
    code: Refusal,
    detail: Schema.String,
    field: Schema.optionalKey(Schema.String),
  }),
])

/** A problem document (RFC 9457); only what the agent acts on. */
export const ProblemAnswer = Schema.Struct({ code: Refusal, detail: Schema.String })

/** What `GET /api/v1/protocol` says; `types` is compared as it stands. */
export const ProtocolAnswer = Schema.Struct({
  domain: Schema.Struct({
    name: Schema.Literal('Commonwatt'),
    version: Schema.Literal('1'),
    chainId: Count,
    verifyingContract: Address,
  }),
  rules: MarketRules,
  neighbourhood: Slug,
  types: Schema.Unknown,
  /** the market's clock */
  timeMs: Count,
  /** what P-256 keys begin with on its chain; null: it settles on none */
  p256Verifier: Schema.NullOr(Address),
})

/** What `POST /api/v1/devices` says: the device's id in the registry, null while it is being registered. */
export const DeviceAnswer = Schema.Struct({ device: Schema.NullOr(PositiveInt) })

/**
 * What `GET /api/v1/homes` says; only what a home knows itself by. Where names are not told, there is no `deviceId`, and
 * `home` is a number.
 */
export const HomesAnswer = Schema.Array(
  Schema.Struct({ home: Slug, account: Address, deviceId: Schema.optionalKey(Slug), deviceSigner: DeviceSigner }),
)
export type HomeAnswer = (typeof HomesAnswer.Type)[number]

/** What `GET /api/v1/homes/{home}/positions` says. */
export const PositionsAnswer: Schema.Codec<Positions, unknown> = Schema.Struct({
  home: Slug,
  timeMs: Count,
  slots: Schema.Array(
    Schema.Struct({
      slot: Count,
      phase: Schema.Literals(slotPhases),
      boughtWh: Count,
      soldWh: Count,
      openOrders: Schema.Array(
        Schema.Struct({
          orderId: Hash32,
          nonce: Count,
          side: Schema.Literals(['buy', 'sell']),
          priceEurPerMWh: SignedInt,
          energyWh: Count,
          openWh: Count,
        }),
      ),
    }),
  ),
})

/** What `GET /api/v1/market` says; only what a trader listens to. */
export const MarketAnswer = Schema.Struct({
  slot: Schema.Array(Count),
  bidEurPerMWh: Schema.Array(Schema.NullOr(SignedInt)),
  askEurPerMWh: Schema.Array(Schema.NullOr(SignedInt)),
  lastEurPerMWh: Schema.Array(Schema.NullOr(SignedInt)),
  lastWh: Schema.Array(Schema.NullOr(Count)),
})
