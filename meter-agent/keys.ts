import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Data, Effect } from 'effect'
import { addressOf } from '#protocol/viem.ts'

/** A key that cannot be used. The message never holds the key. */
export class KeyFailure extends Data.TaggedError('KeyFailure')<{ readonly uri: string; readonly detail: string }> {
  override get message(): string {
    return `key ${this.uri}: ${this.detail}`
  }
}

/** A secp256k1 private key, 32 bytes. */
export type PrivateKey = `0x${string}`

const OWNER_ONLY = 0o600
const GROUP_AND_OTHERS = 0o077

/** Reads the key at a `file:` URI. The file holds `0x` and 64 hex digits, and nobody but its owner may read it. */
export const loadKey = (uri: string): Effect.Effect<PrivateKey, KeyFailure> =>
  Effect.gen(function* () {
    const path = yield* keyPath(uri)
    const { mode } = yield* attempt(uri, () => stat(path))
    if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
      const detail = `mode ${(mode & 0o777).toString(8)} lets others read it; it must be 600`
      return yield* new KeyFailure({ uri, detail })
    }
    const text = (yield* attempt(uri, () => readFile(path, 'utf8'))).trim().toLowerCase()
    if (!isPrivateKey(text)) return yield* new KeyFailure({ uri, detail: 'is not 0x and 64 hex digits of a key' })
    return text
  })

/** Makes a new random key in a file of mode 0600, which is there whole or not at all. Refuses to overwrite. */
export const generateKey = (uri: string): Effect.Effect<PrivateKey, KeyFailure> =>
  Effect.gen(function* () {
    const path = yield* keyPath(uri)
    const key: PrivateKey = `0x${randomBytes(32).toString('hex')}`
    if (!isPrivateKey(key)) return yield* generateKey(uri) // outside the curve's order: once in 2^128
    yield* attempt(uri, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const part = `${path}.part`
      await rm(part, { force: true })
      {
        await using file = await open(part, 'wx', OWNER_ONLY)
        await file.writeFile(`${key}\n`)
        await file.sync()
      }
      await link(part, path) // unlike a rename, never over another key
      await rm(part)
      await syncFolder(dirname(path))
    })
    return key
  })

/** Makes the names in a folder durable, too. Windows does so by itself, and cannot open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using opened = await open(folder, 'r')
  await opened.sync()
}

/** The key at the URI; made first if there is no such file. */
export const loadOrGenerateKey = (uri: string): Effect.Effect<PrivateKey, KeyFailure> =>
  Effect.gen(function* () {
    const path = yield* keyPath(uri)
    const there = yield* Effect.promise(() =>
      stat(path).then(
        () => true,
        (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
      ),
    )
    return yield* there ? loadKey(uri) : generateKey(uri)
  })

const keyPath = (uri: string): Effect.Effect<string, KeyFailure> =>
  Effect.try({
    try: () => {
      const url = new URL(uri)
      if (url.protocol !== 'file:') throw new Error(`scheme ${url.protocol} is not supported yet; use file:/path`)
      return fileURLToPath(url)
    },
    catch: (cause) => new KeyFailure({ uri, detail: cause instanceof Error ? cause.message : String(cause) }),
  })

const attempt = <A>(uri: string, step: () => Promise<A>): Effect.Effect<A, KeyFailure> =>
  Effect.tryPromise({
    try: step,
    catch: (cause) => new KeyFailure({ uri, detail: cause instanceof Error ? cause.message : String(cause) }),
  })

function isPrivateKey(text: string): text is PrivateKey {
  if (!/^0x[0-9a-f]{64}$/.test(text)) return false
  try {
    addressOf(text as PrivateKey)
    return true
  } catch {
    return false // zero, or not below the curve's order
  }
}
