import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { generateKey, loadKey, loadOrGenerateKey } from '#meter-agent/index.ts'
import { addressOf } from '#protocol/viem.ts'

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

  it('of another scheme is refused', async () => {
    expect(await failure(loadKey('pkcs11:token=home'))).toContain('not supported yet')
  })
})
