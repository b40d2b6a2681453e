import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ArchiveRefused, buildBatch, openArchive } from '#contracts/index.ts'
import { ownersOf } from '#contracts/settlement/archive/archive-content.ts'
import type { SealedArchive } from '#contracts/settlement/archive/seal-archive.ts'
import { type Canonical, canonicalBytes } from '#protocol/canonical-json.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { publicKeyOf } from '#protocol/secp256k1.ts'
import { keccak, publicKeyBehind, sign } from '#protocol/signing.ts'
import { batchTerms, delivered, domain, statement, terms, trade, zeroHash } from './deliveries.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

const [anna, ben, cleo, auditor, stranger] = [0xa1, 0xa2, 0xa3, 0xa4, 0xa5].map(person) as [P, P, P, P, P]
type P = ReturnType<typeof person>

const publicKeys = new Map([anna, ben, cleo].map(({ key, account }) => [account, hexOfBytes(publicKeyOf(key))]))

/** Anna sells to Ben and Cleo in two slots; what she feeds in first is `exportWh`. */
function streetOf({ number, exportWh = 2_000 }: { readonly number: number; readonly exportWh?: number }) {
  const deliveries = [10, 11].map((slot) =>
    delivered({
      slot,
      trades: [ben, cleo].map(({ account }, n) =>
        trade({ slot, n: n + 1, seller: anna.account, buyer: account, priceEurPerMWh: 150, energyWh: 700 + n }),
      ),
      statements: [
        statement({ slot, account: anna.account, exportWh: slot === 10 ? exportWh : 1_500 }),
        statement({ slot, account: ben.account, importWh: 600 }),
        statement({ slot, account: cleo.account, importWh: 900 }),
      ],
    }),
  )
  const archive = { key: auditor.key, publicKeys }
  const settled = { neighbourhood: 'lime-street', number, deliveries, logHead: zeroHash }
  const built = buildBatch(settled, { ...batchTerms(terms), archive })
  const bytes = built.archive ?? new Uint8Array()
  return { ...built, bytes, document: JSON.parse(Buffer.from(bytes).toString()) as SealedArchive }
}

const street = streetOf({ number: 1 })
const { bytes, document, lines } = street
const { archiveHash } = street.header

/** A document as it would be kept under a name of its own. */
const kept = (changed: unknown) => {
  const content = canonicalBytes(changed as Canonical)
  return { bytes: content, archiveHash: keccak(content) }
}

/** What opening is refused with, null if it is not. */
function refusalOf(archive: Parameters<typeof openArchive>[0], key: Hex) {
  try {
    openArchive(archive, key)
    return null
  } catch (cause) {
    const { code, place } = cause as ArchiveRefused
    return { code, place }
  }
}

describe('a sealed archive', () => {
  it('opens to a home by its account key: its own lines and no other', () => {
    for (const { key, account } of [anna, ben, cleo]) {
      const opened = openArchive({ bytes, archiveHash }, key)
      expect(opened).toMatchObject({ as: 'reader', account })
      expect(opened.lines).toEqual(lines.map((line) => (ownersOf(line).includes(account) ? line : null)))
    }
    const bens = openArchive({ bytes, archiveHash }, ben.key).lines
    const orders = bens.flatMap((line) => (line?.is === 'order' ? [line.order.body.account] : []))
    expect(orders).toEqual([ben.account, ben.account]) // the seller's limit is the seller's
    expect(bens.filter((line) => line?.is === 'trade')).toHaveLength(2)
  })

  it('opens whole to the auditor, who sealed it, and says nothing of a record to anybody else', () => {
    expect(openArchive({ bytes, archiveHash }, auditor.key)).toEqual({ as: 'auditor', account: auditor.account, lines })
    const text = Buffer.from(bytes).toString()
    for (const word of ['energyWh', 'importWh', 'signature', 'meter-', 'statement"']) expect(text).not.toContain(word)
    expect(refusalOf({ bytes, archiveHash }, stranger.key)).toEqual({ code: 'NOT_A_READER', place: 'readers' })
  })

  it('is the same bytes for the same records, and shares no sealed line with a batch of others', () => {
    expect(streetOf({ number: 1 }).archive).toEqual(street.archive)
    for (const other of [streetOf({ number: 2 }), streetOf({ number: 1, exportWh: 2_001 })]) {
      expect(other.document.lines.filter((line) => document.lines.includes(line))).toEqual([])
      expect(other.document.auditor.box.slice(0, 80)).not.toBe(document.auditor.box.slice(0, 80))
    }
  })

  it('whose home has enrolled with no key that is known opens to the auditor only', () => {
    const archive = { key: auditor.key, publicKeys: new Map<Hex, Hex>() }
    const deliveries = [
      delivered({ slot: 10, trades: [], statements: [statement({ slot: 10, account: ben.account })] }),
    ]
    const settled = { neighbourhood: 'lime-street', number: 1, deliveries, logHead: zeroHash }
    const built = buildBatch(settled, { ...batchTerms(terms), archive })
    const sealed = { bytes: built.archive ?? new Uint8Array(), archiveHash: built.header.archiveHash }
    expect(refusalOf(sealed, ben.key)?.code).toBe('NOT_A_READER')
    expect(openArchive(sealed, auditor.key).lines).toEqual(built.lines)
  })

  it('is sealed to the key that signed a home’s enrolment', () => {
    const body = {
      ...{ neighbourhood: 'lime-street', home: 'ben', account: ben.account, deviceId: 'meter' },
      ...{ deviceSigner: cleo.account, nonce: 1 },
    }
    const envelope = sign({ domain, kind: 'enrolment', body, privateKey: ben.key })
    expect(publicKeyBehind({ domain, envelope })).toBe(publicKeys.get(ben.account))
    expect(publicKeyBehind({ domain, envelope: { ...envelope, body: { ...body, home: 'bert' } } })).toBe(null)
  })
})

describe('what is not as it was sealed', () => {
  it('is refused by its name: other bytes than the name is of, and no archive', () => {
    const other = Buffer.from(bytes)
    other[200] = (other[200] ?? 0) ^ 1
    const place = `archive ${archiveHash}`
    expect(refusalOf({ bytes: other, archiveHash }, ben.key)).toEqual({ code: 'OTHER_CONTENT', place })
    for (const wrong of [{}, { ...document, format: 2 }, { ...document, more: 1 }, [], 'text']) {
      expect(refusalOf(kept(wrong), ben.key)?.code).toBe('NO_ARCHIVE')
    }
  })

  it('is refused at its line where lines are swapped, or come from another batch', () => {
    const swapped = [...document.lines]
    ;[swapped[0], swapped[3]] = [swapped[3] as string, swapped[0] as string]
    expect(refusalOf(kept({ ...document, lines: swapped }), auditor.key)).toEqual({
      code: 'LINE_CHANGED',
      place: 'line 0',
    })
    const foreign = document.lines.with(2, streetOf({ number: 2 }).document.lines[2] as string)
    expect(refusalOf(kept({ ...document, lines: foreign }), auditor.key)?.place).toBe('line 2')
  })

  it('is refused at its box where boxes are swapped, or the head is another', () => {
    const [one, other] = document.readers
    const readers = document.readers.with(0, { account: one?.account as Hex, box: other?.box as string })
    const { key } = [anna, ben, cleo].find(({ account }) => account === one?.account) as P
    const refused = { code: 'BOX_CHANGED', place: `reader ${one?.account}` }
    expect(refusalOf(kept({ ...document, readers }), key)).toEqual(refused)
    const head = { ...document.head, number: 2 }
    expect(refusalOf(kept({ ...document, head }), key)).toEqual(refused)
    expect(refusalOf(kept({ ...document, head }), auditor.key)).toEqual({ code: 'BOX_CHANGED', place: 'auditor' })
  })

  it('is refused wherever one bit of what is sealed to a key is another', () => {
    const mine = openArchive({ bytes, archiveHash }, ben.key).lines.flatMap((line, n) => (line === null ? [] : [n]))
    const at = document.readers.findIndex(({ account }) => account === ben.account)
    const flipped = (text: string, bit: number) => {
      const sealed = Buffer.from(text, 'base64')
      const byte = (bit >> 3) % sealed.length
      sealed[byte] = (sealed[byte] ?? 0) ^ (1 << (bit & 7))
      return sealed.toString('base64')
    }
    fc.assert(
      fc.property(fc.nat(mine.length), fc.nat(1 << 16), (which, bit) => {
        const line = mine[which]
        if (line === undefined) {
          const box = flipped(document.readers[at]?.box ?? '', bit)
          const readers = document.readers.with(at, { account: ben.account, box })
          expect(refusalOf(kept({ ...document, readers }), ben.key)?.code).toBe('BOX_CHANGED')
        } else {
          const changed = document.lines.with(line, flipped(document.lines[line] ?? '', bit))
          const place = `line ${line}`
          expect(refusalOf(kept({ ...document, lines: changed }), ben.key)).toEqual({ code: 'LINE_CHANGED', place })
        }
      }),
      { numRuns: 60 },
    )
  })
})
