import { Schema } from 'effect'

/** Names of homes, devices and neighbourhoods: 1–32 characters a–z, 0–9 and inner hyphens. */
export const Slug = Schema.String.check(
  Schema.isPattern(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/u, {
    expected: 'a name of 1 to 32 small letters, digits and hyphens between them',
  }),
)

/** A 20-byte account or key address, lower-case hex. */
export const Address = Schema.TemplateLiteral(['0x', Schema.String]).check(Schema.isPattern(/^0x[0-9a-f]{40}$/))
export type Address = `0x${string}`

/** A 32-byte hash, lower-case hex. */
export const Hash32 = Schema.TemplateLiteral(['0x', Schema.String]).check(Schema.isPattern(/^0x[0-9a-f]{64}$/))
export type Hash32 = `0x${string}`

/** A P-256 public key, 64 bytes x and y, lower-case hex. */
export const P256Key = Schema.TemplateLiteral(['0x', Schema.String]).check(Schema.isPattern(/^0x[0-9a-f]{128}$/))

/** The key that signs for a device: an address, or a P-256 public key. */
export const DeviceSigner = Schema.TemplateLiteral(['0x', Schema.String]).check(
  Schema.isPattern(/^0x(?:[0-9a-f]{40}|[0-9a-f]{128})$/),
)

/** Any bytes, lower-case hex. */
export const Hex = Schema.TemplateLiteral(['0x', Schema.String]).check(Schema.isPattern(/^0x(?:[0-9a-f]{2}){0,1024}$/))
export type Hex = `0x${string}`

/** A whole number from 0 to 2^53 − 1. */
export const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

/** A whole number from 1 to 2^53 − 1. */
export const PositiveInt = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/** A signed whole number within ±(2^53 − 1). */
export const SignedInt = Schema.Int.check(
  Schema.isBetween({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
)
