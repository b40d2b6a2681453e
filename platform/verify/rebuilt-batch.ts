import { type BuiltBatch, buildBatch, deliveriesOf, type SettlementBook } from '#contracts/index.ts'
import type { SetAside } from '#protocol/set-aside.ts'
import type { Evidence } from './evidence.ts'

/**
 * A batch made again of what a log says, but for what it sets aside; null while its slots are not all settling. Without
 * the key of its archive, which cannot be sealed again then, `archiveHash` is taken as it is told.
 */
export function rebuiltBatch(
  { node, archiveKey }: Pick<Evidence, 'node' | 'archiveKey'>,
  book: SettlementBook,
  told: {
    readonly number: number
    readonly archiveHash: `0x${string}`
    readonly setAside?: SetAside | undefined
  },
): BuiltBatch | null {
  const { number, archiveHash, setAside } = told
  const settled = deliveriesOf(book, number)
  const { rules, domain, publicKeys } = book
  if (settled === null || rules === null || domain === null) return null
  const { tariff, protocolFeeBp } = rules
  const { p256Verifier } = node.addresses
  const archive = archiveKey === null ? { hash: archiveHash } : { key: archiveKey, publicKeys }
  return buildBatch(
    { neighbourhood: node.neighbourhood, number, ...settled, setAside },
    { tariff, protocolFeeBp, domain, p256Verifier, archive },
  )
}
