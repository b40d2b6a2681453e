import { Schema } from 'effect'
import { Address, DeviceSigner, PositiveInt, Slug } from './ids.ts'

/**
 * A home joins a neighbourhood: the owner's account names the settlement meter and the key that signs for it.
 * Signed by the account; with a P-256 `deviceSigner` as type `EnrolmentP256`. Trust in the device itself is the registry's matter.
 */
export const Enrolment = Schema.Struct({
  neighbourhood: Slug,
  home: Slug,
  account: Address,
  deviceId: Slug,
  deviceSigner: DeviceSigner,
  nonce: PositiveInt,
})
export type Enrolment = typeof Enrolment.Type
