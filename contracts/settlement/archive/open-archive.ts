import { Result, Schema } from 'effect'
import { Address } from '#protocol/ids.ts'
import { addressOf, keccak } from '#protocol/signing.ts'
import type { ArchiveLine } from './archive-content.ts'
import { ArchiveRefused } from './archive-refused.ts'
import { KEY_BYTES, lineKeyOf, NUMBER_BYTES, placeIn, type SealedArchive } from './seal-archive.ts'
import { unseal, unsealFor } from './sealed-box.ts'

type Hex = `0x${string}`

/** What a key opens of an archive. */
export interface OpenedArchive {
  /** `auditor`: every line; `reader`: those that are its account's */
  readonly as: 'auditor' | 'reader'
  readonly account: Hex
  /** in the order of the archive; null where a line is not for this key */
  readonly lines: readonly (ArchiveLine | null)[]
}

const Reader = Schema.Struct({ account: Address, box: Schema.String })
const shape = Schema.decodeUnknownResult(
  Schema.Struct({
    format: Schema.Literal(3),
    head: Schema.Record(Schema.String, Schema.Unknown),
    auditor: Reader,
    readers: Schema.Array(Reader),
    lines: Schema.Array(Schema.String),
  }),
  { onExcessProperty: 'error' },
)

/** Opens with a private key what of an archive is for it. Throws ArchiveRefused. */
export function openArchive(
  kept: { readonly bytes: Uint8Array; readonly archiveHash: Hex },
  privateKey: Hex,
): OpenedArchive {
  const archive = archiveIn(kept)
  const account = addressOf(privateKey)
  const as = archive.auditor.account === account ? 'auditor' : 'reader'
  const lineKeys = as === 'auditor' ? keysOfAll(archive, privateKey) : keysOfReader(archive, privateKey)
  const inArchive = placeIn(archive.head, '')
  const lines = archive.lines.map((sealed, number) => {
    const key = lineKeys.get(number)
    if (key === undefined) return null
    const where = `line ${number}`
    const plain = unseal(key, `${inArchive}${where}`, Buffer.from(sealed, 'base64'))
    if (plain === null) throw changed('LINE_CHANGED', where)
    return JSON.parse(Buffer.from(plain).toString('utf8')) as ArchiveLine
  })
  return { as, account, lines }
}

function archiveIn({ bytes, archiveHash }: { readonly bytes: Uint8Array; readonly archiveHash: Hex }): SealedArchive {
  const hash = keccak(bytes)
  if (hash !== archiveHash) {
    const detail = `its content is ${hash}`
    throw new ArchiveRefused({ code: 'OTHER_CONTENT', place: `archive ${archiveHash}`, detail })
  }
  const decoded = shape(parsed(bytes))
  if (Result.isSuccess(decoded)) return decoded.success as SealedArchive
  const detail = `expected a sealed archive of format 3: ${decoded.failure.message}`
  throw new ArchiveRefused({ code: 'NO_ARCHIVE', place: `archive ${archiveHash}`, detail })
}

/** The keys of all lines, for the auditor. */
function keysOfAll({ head, auditor, lines }: SealedArchive, privateKey: Hex): ReadonlyMap<number, Uint8Array> {
  const archiveKey = unsealFor(privateKey, placeIn(head, auditor.account), Buffer.from(auditor.box, 'base64'))
  if (archiveKey === null) throw changed('BOX_CHANGED', 'auditor')
  return new Map(lines.map((_, number) => [number, lineKeyOf(archiveKey, number)]))
}

/** The keys of the lines that are an account's. */
function keysOfReader({ head, readers }: SealedArchive, privateKey: Hex): ReadonlyMap<number, Uint8Array> {
  const account = addressOf(privateKey)
  const reader = readers.find((one) => one.account === account)
  if (reader === undefined) {
    const detail = `nothing in it is sealed to ${account}: that is the key of no home of this batch, and not the auditor's`
    throw new ArchiveRefused({ code: 'NOT_A_READER', place: 'readers', detail })
  }
  const keys = unsealFor(privateKey, placeIn(head, account), Buffer.from(reader.box, 'base64'))
  if (keys === null) throw changed('BOX_CHANGED', `reader ${account}`)
  const found = new Map<number, Uint8Array>()
  for (let at = 0; at + NUMBER_BYTES + KEY_BYTES <= keys.length; at += NUMBER_BYTES + KEY_BYTES) {
    const number = Buffer.from(keys.subarray(at, at + NUMBER_BYTES)).readUInt32BE()
    found.set(number, keys.subarray(at + NUMBER_BYTES, at + NUMBER_BYTES + KEY_BYTES))
  }
  return found
}

const changed = (code: 'BOX_CHANGED' | 'LINE_CHANGED', place: string) =>
  new ArchiveRefused({
    code,
    place,
    detail: 'expected what was sealed there: a byte is another, or it is from elsewhere',
  })

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
