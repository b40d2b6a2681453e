import { createCipheriv, createDecipheriv, createECDH, hkdfSync } from 'node:crypto'
import { bytesOfHex } from '#protocol/hex.ts'

type Hex = `0x${string}`

/** AES-256-GCM. Each key seals one thing, so that all of them can have the same nonce. */
const NONCE = new Uint8Array(12)
const TAG_BYTES = 16
/** An uncompressed point of secp256k1. */
const POINT_BYTES = 65

/** A key of 32 bytes from another one, for one purpose (HKDF-SHA256, RFC 5869). */
export function derivedKey(from: Uint8Array, purpose: string, salt: Uint8Array = new Uint8Array()): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', from, salt, purpose, 32))
}

/** Seals with a key that seals nothing else. What it is bound to has to be said again to open it. */
export function seal(key: Uint8Array, boundTo: string, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE)
  cipher.setAAD(Buffer.from(boundTo))
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed; null where it was another key, is bound to something else, or one bit is another. */
export function unseal(key: Uint8Array, boundTo: string, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(boundTo))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return null
  }
  return plain
}

/**
 * Seals to the holder of a secp256k1 key (64 bytes x, y): by the secret that it shares with a key made for this box
 * (ECIES: ECDH, HKDF-SHA256, AES-256-GCM). `ephemeral` is that key, 32 bytes that nothing else is made with.
 */
export function sealTo(
  publicKey: Hex,
  boundTo: string,
  { ephemeral, plain }: { readonly ephemeral: Uint8Array; readonly plain: Uint8Array },
): Uint8Array {
  const sender = createECDH('secp256k1')
  sender.setPrivateKey(ephemeral)
  const recipient = Buffer.concat([new Uint8Array([4]), bytesOfHex(publicKey)])
  const point = sender.getPublicKey()
  const key = sharedKey(sender.computeSecret(recipient), point, recipient)
  return Buffer.concat([point, seal(key, boundTo, plain)])
}

/** What was sealed to the holder of this key; null as `unseal` has it. */
export function unsealFor(privateKey: Hex, boundTo: string, box: Uint8Array): Uint8Array | null {
  if (box.length < POINT_BYTES) return null
  const recipient = createECDH('secp256k1')
  recipient.setPrivateKey(bytesOfHex(privateKey))
  const point = box.subarray(0, POINT_BYTES)
  let secret: Uint8Array
  try {
    secret = recipient.computeSecret(point)
  } catch {
    return null // no point of the curve
  }
  return unseal(sharedKey(secret, point, recipient.getPublicKey()), boundTo, box.subarray(POINT_BYTES))
}

const sharedKey = (secret: Uint8Array, sender: Uint8Array, recipient: Uint8Array) =>
  derivedKey(secret, 'commonwatt archive box', Buffer.concat([sender, recipient]))
