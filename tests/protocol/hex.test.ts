import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfHex, hexOfBytes } from '#protocol/hex.ts'

describe('bytes in hexadecimal', () => {
  it('are written and read as everybody writes and reads them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const hex = `0x${Buffer.from(bytes).toString('hex')}`
        expect(hexOfBytes(bytes)).toBe(hex)
        expect(bytesOfHex(hex)).toEqual(bytes)
        expect(bytesOfHex(hex.toUpperCase())).toEqual(bytes)
      }),
    )
  })
})
