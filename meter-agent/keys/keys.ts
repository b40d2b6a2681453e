import { Effect } from 'effect'
import type { Algorithm } from '#protocol/envelope.ts'
import type { Hex } from '#protocol/ids.ts'
import { KeyFailure, withKey } from './key-failure.ts'
import { keyFileExists, keyPath, readKeyFile, writeKeyFile } from './key-file.ts'
import { type Key, keyOfText, newKeyText } from './key-text.ts'

/** A secp256k1 private key, 32 bytes. */
export type PrivateKey = Hex

/**
 * Reads the key at a `file:` URI, of the algorithm that the file is of: `0x` and 64 hex digits are secp256k1's, PKCS#8 in
 * PEM is P-256's or Ed25519's. Nobody but its owner may read the file.
 */
export const loadKey = (uri: string): Effect.Effect<Key, KeyFailure> =>
  withKey(uri, async () => keyOfText(await readKeyFile(keyPath(uri))))

/** Makes a new random key in a file of mode 0600, which is there whole or not at all. Refuses to overwrite. */
export const generateKey = (uri: string, algorithm: Algorithm = 'secp256k1'): Effect.Effect<Key, KeyFailure> =>
  withKey(uri, async () => {
    const text = newKeyText(algorithm)
    const key = keyOfText(text)
    await writeKeyFile(keyPath(uri), text)
    return key
  })

/** The key at the URI; made first, of the algorithm, if there is no such file. */
export const loadOrGenerateKey = (uri: string, algorithm: Algorithm = 'secp256k1'): Effect.Effect<Key, KeyFailure> =>
  Effect.flatMap(
    withKey(uri, () => keyFileExists(keyPath(uri))),
    (exists) => (exists ? loadKey(uri) : generateKey(uri, algorithm)),
  )

/** As loadKey, of an account: accounts are addresses, so theirs are secp256k1's. */
export const loadAccountKey = (uri: string): Effect.Effect<PrivateKey, KeyFailure> =>
  Effect.flatMap(loadKey(uri), (key) => accountKeyOf(uri, key))

/** As loadOrGenerateKey, of an account. */
export const loadOrGenerateAccountKey = (uri: string): Effect.Effect<PrivateKey, KeyFailure> =>
  Effect.flatMap(loadOrGenerateKey(uri), (key) => accountKeyOf(uri, key))

const accountKeyOf = (uri: string, { algorithm, privateKey }: Key): Effect.Effect<PrivateKey, KeyFailure> =>
  algorithm === 'secp256k1'
    ? Effect.succeed(privateKey)
    : Effect.fail(new KeyFailure({ uri, detail: `is a key of ${algorithm}; an account's is one of secp256k1` }))
