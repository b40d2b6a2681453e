import type { Algorithm } from './envelope.ts'
import type { Hex } from './ids.ts'

/** A key that signs, wherever it is kept: what an envelope says of it, and its signature over a 32-byte digest. */
export interface Signer {
  readonly algorithm: Algorithm
  /** the public key as an envelope names it */
  readonly signer: Hex
  readonly signDigest: (digest: Hex) => Hex
}
