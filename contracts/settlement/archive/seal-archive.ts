import { createHash } from 'node:crypto'
import { type Canonical, canonicalBytes, canonicalJson } from '#protocol/canonical-json.ts'
import { bytesOfHex, hexOfBytes } from '#protocol/hex.ts'
import { publicKeyOf } from '#protocol/secp256k1.ts'
import { addressOf, keccak } from '#protocol/signing.ts'
import { type ArchiveLine, ownersOf } from './archive-content.ts'
import { derivedKey, seal, sealTo } from './sealed-box.ts'

type Hex = `0x${string}`

/** What stands unsealed at the head of an archive: what the chain and the market's rules say of the batch. */
export type ArchiveHead = { readonly [field: string]: Canonical }

/** Who can open something of an archive: an account, and what is sealed to its key. */
interface ArchiveReader {
  readonly account: Hex
  /** base64 */
  readonly box: string
}

/** An archive as it is kept: canonical JSON of this. */
export interface SealedArchive {
  readonly format: 3
  readonly head: ArchiveHead
  /** who can open every line: its box holds the key that all others are made of */
  readonly auditor: ArchiveReader
  /** who can open some, ascending by account: each box holds the keys of its lines, 4 bytes line and 32 bytes key each */
  readonly readers: readonly ArchiveReader[]
  /** base64 */
  readonly lines: readonly string[]
}

/** A line's number before its key. */
export const NUMBER_BYTES = 4
export const KEY_BYTES = 32

/** The place of a sealed thing: in which archive, and where. Sealed for one place, it opens in no other. */
export const placeIn = (head: ArchiveHead, where: string) => `${keccak(canonicalJson(head))} ${where}`

/** The key of a line, from the one of the archive. */
export const lineKeyOf = (archiveKey: Uint8Array, line: number) => derivedKey(archiveKey, `line ${line}`)

/**
 * Seals a batch's records: each line for those whose it is, all of them for the auditor. `publicKeys` are those of accounts,
 * 64 bytes x, y; an account without one can open nothing. Every key is made of the auditor's and of what is sealed, so
 * the same records give the same bytes, and others share no key with them.
 */
export function sealArchive(
  content: { readonly head: ArchiveHead; readonly lines: readonly ArchiveLine[] },
  {
    key,
    publicKeys,
  }: {
    /** the auditor's private key */
    readonly key: Hex
    readonly publicKeys: ReadonlyMap<Hex, Hex>
  },
): Uint8Array {
  const { head, lines } = content
  const plain = lines.map((line) => canonicalBytes({ ...line } as Canonical))
  const hash = createHash('sha256').update(canonicalJson(head))
  for (const line of plain) hash.update(`\n${line.length} `).update(line)
  const archiveKey = derivedKey(bytesOfHex(key), 'commonwatt archive', hash.digest())
  const archive = placeIn(head, '')
  const boxFor = (account: Hex, publicKey: Hex, content: Uint8Array): ArchiveReader => {
    const ephemeral = derivedKey(archiveKey, `box ${account}`)
    return { account, box: base64(sealTo(publicKey, `${archive}${account}`, { ephemeral, plain: content })) }
  }

  const auditor = addressOf(key)
  const keysOf = new Map<Hex, Uint8Array[]>()
  const sealed = plain.map((bytes, number) => {
    const lineKey = lineKeyOf(archiveKey, number)
    for (const owner of ownersOf(lines[number] as ArchiveLine)) {
      if (owner === auditor || !publicKeys.has(owner)) continue
      const keys = keysOf.get(owner) ?? []
      keysOf.set(owner, keys)
      keys.push(numbered(number), lineKey)
    }
    return base64(seal(lineKey, `${archive}line ${number}`, bytes))
  })
  const readers = [...keysOf]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([account, keys]) => boxFor(account, publicKeys.get(account) as Hex, Buffer.concat(keys)))
  const kept: SealedArchive = {
    format: 3,
    head,
    auditor: boxFor(auditor, hexOfBytes(publicKeyOf(key)), archiveKey),
    readers,
    lines: sealed,
  }
  return canonicalBytes(kept as unknown as Canonical)
}

function numbered(line: number): Uint8Array {
  const bytes = Buffer.alloc(NUMBER_BYTES)
  bytes.writeUInt32BE(line)
  return bytes
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
