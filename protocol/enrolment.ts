import { Schema } from 'effect'
import { Address, PositiveInt, Slug } from './ids.ts'

/**
 * A home joins a neighbourhood: the owner's account names the settlement meter and the key that signs for it.
 * Signed by the account. Trust in the device itself is the registry's matter.
 */
export const Enrolment = Schema.Struct({
  neighbourhood: Slug,
  home: Slug,
  account: Address,
  deviceId: Slug,
  deviceSigner: Address,
  nonce: PositiveInt,
})
export type Enrolment = typeof Enrolment.Type
