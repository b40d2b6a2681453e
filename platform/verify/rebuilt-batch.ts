import { type BuiltBatch, buildBatch, deliveriesOf, type SettlementBook } from '#contracts/index.ts'
import type { NodeFile } from './node-file.ts'

/** A batch made again of what a log says; null while its slots are not all settling. */
export function rebuiltBatch(node: NodeFile, book: SettlementBook, number: number): BuiltBatch | null {
  const settled = deliveriesOf(book, number)
  const { rules, domain } = book
  if (settled === null || rules === null || domain === null) return null
  const { tariff, protocolFeeBp } = rules
  const { p256Verifier } = node.addresses
  return buildBatch(
    { neighbourhood: node.neighbourhood, number, ...settled },
    { tariff, protocolFeeBp, domain, p256Verifier },
  )
}
