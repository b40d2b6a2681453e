import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuiltBatch, isLegUnder, legProofsOf } from '#contracts/index.ts'
import { keccak } from '#protocol/signing.ts'
import { eventPlace } from './evidence.ts'
import { firstDifference } from './first-difference.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReceiptStep } from './receipt.ts'
import type { Logged, TradeStory } from './trade-story.ts'

/**
 * The batch: rebuilt from the slot's records it has the roots and totals that were logged, its archive is what was
 * kept, and Merkle proofs lead from both sides of the trade to its root. Throws ProofFailed.
 */
export function batchStep(story: TradeStory, folder: string): ReceiptStep {
  const { batch } = story
  const { trade } = story.trade.event
  if (batch === null) {
    return {
      step: 'batch',
      state: 'open',
      detail: `slot ${trade.slot} is not settled yet`,
      place: eventPlace(story.trade),
    }
  }
  const { proposed, built } = batch
  checkBatch('batch', proposed, built)
  const archive = checkArchive('batch', folder, built)
  if (built.batch.setAside?.trades.includes(trade.id)) {
    const detail = `batch ${built.batch.number} leaves trade ${trade.id} out: one side has no registered device or had cancelled its order on chain; the supplier bills both as without it`
    return { step: 'batch', state: 'open', detail, place: archive }
  }
  const { tradesRoot } = proposed.event.batch
  const proofs = legProofsOf(built.legs, trade)
  if (!proofs.every((proof) => isLegUnder(tradesRoot, trade, proof))) {
    const place = eventPlace(proposed, 'batch.tradesRoot')
    throw new ProofFailed({ step: 'batch', place, expected: `a root over trade ${trade.id}`, got: tradesRoot })
  }
  return {
    step: 'batch',
    state: 'proven',
    detail:
      `batch ${built.batch.number}, rebuilt from ${built.batch.totals.trades} trades and ${built.batch.totals.creditsWh} Wh of credits, ` +
      `has the logged roots; ${proofs[0].siblings.length} hashes lead from each side of the trade to ${tradesRoot}`,
    place: archive,
  }
}

/** A logged batch is what its slots' records make. Throws ProofFailed at the first field that is not. */
export function checkBatch(step: string, proposed: Logged<'BatchProposed'>, built: BuiltBatch): void {
  const difference = firstDifference(built.batch, proposed.event.batch, 'batch')
  if (difference === null) return
  const { path, expected, got } = difference
  throw new ProofFailed({ step, place: eventPlace(proposed, path), expected, got })
}

/** Where the archive of a batch is in a data folder. */
export const archivePlace = ({ header }: BuiltBatch): string => join('archive', `${header.archiveHash}.json`)

/** A batch's archive is there, byte for byte. Gives its place; throws ProofFailed. */
export function checkArchive(step: string, folder: string, built: BuiltBatch): string {
  const { archiveHash } = built.header
  const place = archivePlace(built)
  const file = join(folder, place)
  if (!existsSync(file)) {
    throw new ProofFailed({ step, place, expected: `the archive of batch ${built.batch.number}`, got: 'no such file' })
  }
  const kept = contentOf(file)
  if (kept instanceof Error) {
    throw new ProofFailed({ step, place, expected: 'a file that can be read', got: kept.message })
  }
  if (keccak(kept) === archiveHash) return place
  const { archive } = built
  const difference = archive === null ? null : firstDifference(parsed(Buffer.from(archive)), parsed(kept))
  if (difference === null || difference.path === '') {
    throw new ProofFailed({ step, place, expected: `content of hash ${archiveHash}`, got: keccak(kept) })
  }
  const { path, expected, got } = difference
  throw new ProofFailed({ step, place: `${place} ${path}`, expected, got })
}

function contentOf(file: string): Buffer | Error {
  try {
    return readFileSync(file)
  } catch (cause) {
    return cause as Error
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
