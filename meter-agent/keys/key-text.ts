import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Algorithm } from '#protocol/envelope.ts'
import { bytesOfHex, hexOfBytes } from '#protocol/hex.ts'
import type { Hex } from '#protocol/ids.ts'
import { p256Signer } from '#protocol/p256.ts'
import type { Signer } from '#protocol/signer.ts'
import { secp256k1Signer } from '#protocol/signing.ts'

/** A private key in memory. */
export interface Key extends Signer {
  /** 32 bytes */
  readonly privateKey: Hex
}

/** The text that a new random key's file holds: `0x` and 64 hex digits for secp256k1, else PKCS#8 in PEM. */
export function newKeyText(algorithm: Algorithm): string {
  if (algorithm === 'secp256k1') return `${hexOfBytes(randomBytes(32))}\n`
  const { privateKey } =
    algorithm === 'p256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** The key that a text is. Throws Error in words, without any of the text, on one that is none. */
export function keyOfText(text: string): Key {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----BEGIN ')) return keyOfPem(trimmed)
  const hex = trimmed.toLowerCase()
  if (!/^0x[0-9a-f]{64}$/.test(hex)) {
    throw new Error('is neither 0x and 64 hex digits of a secp256k1 key nor PKCS#8 in PEM')
  }
  try {
    return { ...secp256k1Signer(hex as Hex), privateKey: hex as Hex }
  } catch {
    throw new Error('is not 0x and 64 hex digits of a key: zero, or not below the order of secp256k1')
  }
}

function keyOfPem(pem: string): Key {
  if (pem.includes('ENCRYPTED')) throw new Error('is encrypted; a key is kept as it is, in a file of mode 600')
  if (!pem.startsWith('-----BEGIN PRIVATE KEY-----')) {
    throw new Error('is PEM of something else than PKCS#8; openssl pkcs8 -topk8 -nocrypt makes that of a key')
  }
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new Error('is PEM that holds no private key')
  }
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType
  if (curve !== 'prime256v1' && curve !== 'ed25519') {
    throw new Error(`is a key of ${curve}; PEM holds one of P-256 or Ed25519`)
  }
  const { d = '' } = key.export({ format: 'jwk' })
  const privateKey = hexOfBytes(Buffer.from(d, 'base64url'))
  return { ...(curve === 'ed25519' ? ed25519Signer(key) : p256Signer(privateKey)), privateKey }
}

/** By Node's own Ed25519: readings are signed one by one, at the time at which they are recorded. */
function ed25519Signer(key: KeyObject): Signer {
  const { x = '' } = key.export({ format: 'jwk' })
  return {
    algorithm: 'ed25519',
    signer: hexOfBytes(Buffer.from(x, 'base64url')),
    signDigest: (digest) => hexOfBytes(sign(null, bytesOfHex(digest), key)),
  }
}
