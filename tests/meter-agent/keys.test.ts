import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { generateKey, loadAccountKey, loadKey, loadOrGenerateKey } from '#meter-agent/index.ts'
import { addressOf } from '#protocol/signing.ts'

const folder = mkdtempSync(join(tmpdir(), 'meter-agent-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))
const uri = (name: string) => pathToFileURL(join(folder, name)).href
const failure = (key: Effect.Effect<unknown, { readonly message: string }>) =>
  Effect.runPromise(Effect.flip(key)).then(({ message }) => message)

describe('a key file', () => {
  it('is made for its owner alone, and read back', async () => {
    const key = await Effect.runPromise(generateKey(uri('home/device.key')))
    expect(key.privateKey).toMatch(/^0x[0-9a-f]{64}$/)
    expect(key).toMatchObject({ algorithm: 'secp256k1', signer: addressOf(key.privateKey) })
    expect(statSync(join(folder, 'home/device.key')).mode & 0o777).toBe(0o600)
    for (const load of [loadKey, loadOrGenerateKey]) {
      expect((await Effect.runPromise(load(uri('home/device.key')))).privateKey).toBe(key.privateKey)
    }
  })

  it('is never overwritten', async () => {
    const key = await Effect.runPromise(loadOrGenerateKey(uri('once.key')))
    expect(await failure(generateKey(uri('once.key')))).toContain('EEXIST')
    expect(readFileSync(join(folder, 'once.key'), 'utf8').trim()).toBe(key.privateKey)
  })

  it('is made anew where a crash left an unfinished one', async () => {
    writeFileSync(join(folder, 'torn.key.part'), '0x12', { mode: 0o644 })
    const key = await Effect.runPromise(loadOrGenerateKey(uri('torn.key')))
    expect((await Effect.runPromise(loadKey(uri('torn.key')))).privateKey).toBe(key.privateKey)
    expect(existsSync(join(folder, 'torn.key.part'))).toBe(false)
  })

  it('that others can read is refused', async () => {
    await Effect.runPromise(generateKey(uri('open.key')))
    chmodSync(join(folder, 'open.key'), 0o644)
    expect(await failure(loadKey(uri('open.key')))).toContain('must be 600')
  })

  it.each(['', '0x1234', `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`])(
    'that holds no key ("%s") is refused, without saying what it holds',
    async (text) => {
      writeFileSync(join(folder, 'bad.key'), text, { mode: 0o600 })
      const message = await failure(loadKey(uri('bad.key')))
      expect(message).toContain('64 hex digits')
      if (text !== '') expect(message).not.toContain(text)
    },
  )

  it.each(['p256', 'ed25519'] as const)('of %s is PKCS#8 in PEM, as openssl reads and writes it', async (algorithm) => {
    const made = await Effect.runPromise(generateKey(uri(algorithm), algorithm))
    const read = await Effect.runPromise(loadKey(uri(algorithm)))
    expect(read).toMatchObject({ algorithm, signer: made.signer, privateKey: made.privateKey })
    const digest = `0x${'5d'.repeat(32)}` as const
    expect(read.signDigest(digest)).toBe(made.signDigest(digest))
    expect(readFileSync(join(folder, algorithm), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(statSync(join(folder, algorithm)).mode & 0o777).toBe(0o600)
  })

  const pem = (key: KeyObject, options: object = {}) =>
    key.export({ format: 'pem', type: 'pkcs8', ...options } as never) as unknown as string
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
  it.each<[string, string, () => string]>([
    ['of another curve', 'secp384r1', () => pem(ec('P-384').privateKey)],
    ['of secp256k1 in PEM', 'secp256k1', () => pem(ec('secp256k1').privateKey)],
    ['of another kind', 'rsa', () => pem(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey)],
    ['that is encrypted', 'encrypted', () => pem(ec('P-256').privateKey, { cipher: 'aes-256-cbc', passphrase: 'x' })],
    ['of the older form', 'openssl pkcs8', () => pem(ec('P-256').privateKey, { type: 'sec1' })],
    ['that is public', 'openssl pkcs8', () => ec('P-256').publicKey.export({ format: 'pem', type: 'spki' }) as string],
    ['that is torn', 'holds no private key', () => pem(ec('P-256').privateKey).slice(0, 80)],
    ['that goes on for ever', 'longer than a key', () => `0x${'5'.repeat(2_000)}`],
  ])('%s is refused by name (%s), without saying what it holds', async (_, why, make) => {
    const text = make()
    writeFileSync(join(folder, 'other.key'), text, { mode: 0o600 })
    const message = await failure(loadKey(uri('other.key')))
    expect(message).toContain(why)
    for (const line of text.split('\n').filter((one) => one.length > 20 && !one.startsWith('-----'))) {
      expect(message).not.toContain(line)
    }
  })

  it('that is a folder, or a device without an end, is refused by name', async () => {
    mkdirSync(join(folder, 'folder.key'), { mode: 0o700 })
    expect(await failure(loadKey(uri('folder.key')))).toContain('is a folder')
    expect(await failure(loadKey('file:///dev/zero'))).toContain('is no file')
    expect(await failure(loadKey(uri('nothing.key')))).toContain('ENOENT')
  })

  it('of an account is one of secp256k1', async () => {
    await Effect.runPromise(generateKey(uri('p256.key'), 'p256'))
    expect(await failure(loadAccountKey(uri('p256.key')))).toContain("an account's is one of secp256k1")
  })

  it('of another scheme is refused', async () => {
    for (const other of ['pkcs11:token=home', 'tpm:0x81000001']) {
      expect(await failure(loadKey(other))).toContain('is not supported yet; use file:///path')
    }
    expect(await failure(loadKey('device.key'))).toContain('file:///path')
  })
})
