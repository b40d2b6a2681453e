import { deviceKeyOf } from '#protocol/device-join.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import type { Order } from '#protocol/order.ts'

type Hex = `0x${string}`

/** `OrderMessage` of `types/SignedMessages.sol`. */
export type OrderMessage = Omit<Order, 'type'> & { readonly orderType: Order['type'] }

/** A signature as a leaf has the hash of it: `Signed` of `types/Evidence.sol`, the key as ERC-7913 writes it. */
export interface ShownSignature {
  readonly signer: Hex
  readonly signature: Hex
}

/** An order as contracts take it: Solidity keeps the word `type` for itself. */
export function orderMessageOf({ body: { type, ...rest } }: SignedOrder): OrderMessage {
  return { ...rest, orderType: type }
}

/** @param p256Verifier what P-256 keys begin with on chain (`ISignerKeys.p256Verifier`) */
export function shownSignature(envelope: SignedOrder | SignedStatement, p256Verifier: Hex): ShownSignature {
  return { signer: deviceKeyOf(envelope, p256Verifier), signature: envelope.signature }
}
