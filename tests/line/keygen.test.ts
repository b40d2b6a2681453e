import { createPublicKey } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { commonwatt } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-keygen-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('meter keygen', () => {
  it.each(['secp256k1', 'p256', 'ed25519'] as const)(
    'makes a key of %s for its owner alone, once',
    async (algorithm) => {
      const file = join(folder, algorithm)
      const made = await commonwatt(['meter', 'keygen', '--algorithm', algorithm, '--out', file, '--json'])
      expect([made.code, made.stderr]).toEqual([0, ''])
      const bytes = { secp256k1: 20, p256: 64, ed25519: 32 }[algorithm]
      const said = JSON.parse(made.stdout)
      expect(said).toEqual({
        uri: pathToFileURL(file).href,
        algorithm,
        signer: expect.stringMatching(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`)),
      })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const text = readFileSync(file, 'utf8')
      if (algorithm === 'secp256k1') expect(text).toMatch(/^0x[0-9a-f]{64}\n$/)
      else {
        const { x = '', y = '' } = createPublicKey(text).export({ format: 'jwk' })
        const coordinates = [x, y].map((part) => Buffer.from(part, 'base64url').toString('hex')).join('')
        expect(said.signer).toBe(`0x${coordinates}`)
      }
      const again = await commonwatt(['meter', 'keygen', '--out', pathToFileURL(file).href])
      expect([again.code, again.stdout, again.stderr]).toEqual([2, '', expect.stringContaining('never written over')])
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )

  it.each([
    [
      'a scheme that is not there',
      ['--out', 'pkcs11:token=home'],
      'scheme pkcs11: is not supported yet; use file:///path',
    ],
    ['an algorithm that is not there', ['--algorithm', 'rsa'], 'rsa'],
    ['a folder', ['--out', folder], 'never written over'],
  ])('refuses %s', async (_, args, why) => {
    const { code, stdout, stderr } = await commonwatt(['meter', 'keygen', ...args])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(why)])
    expect(existsSync('device.key')).toBe(false)
  })
})
