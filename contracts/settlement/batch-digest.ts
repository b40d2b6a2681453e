import { bytesOfHex } from '#protocol/hex.ts'
import { keccak } from '#protocol/signing.ts'
import type { Field } from '#protocol/typed-data.ts'
import type { BatchHeader, BatchRef, BatchState } from '../chain/contract-types.ts'
import { encodeLeaf } from './encode-leaf.ts'

type Hex = `0x${string}`

/** `types/BatchHeader.sol`. */
const headerFields: readonly Field[] = [
  { name: 'neighbourhood', type: 'bytes32' },
  { name: 'number', type: 'uint64' },
  { name: 'firstSlot', type: 'uint64' },
  { name: 'lastSlot', type: 'uint64' },
  { name: 'tradesRoot', type: 'bytes32' },
  { name: 'statementsRoot', type: 'bytes32' },
  { name: 'billsRoot', type: 'bytes32' },
  { name: 'creditsRoot', type: 'bytes32' },
  { name: 'termsHash', type: 'bytes32' },
  { name: 'logHead', type: 'bytes32' },
  { name: 'archiveHash', type: 'bytes32' },
  { name: 'tradedWh', type: 'uint128' },
]

/** keccak256(abi.encode(header)). */
export function headerHashOf(header: BatchHeader): Hex {
  return keccak(encodeLeaf(headerFields, header))
}

/** keccak256 of each part. */
export function partHashesOf(parts: readonly Uint8Array[]): readonly Hex[] {
  return parts.map((part) => keccak(part))
}

/** keccak256 over the hashes of all parts, one after the other. */
export function movementsHashOf(parts: readonly Uint8Array[]): Hex {
  return keccak(bytesOfHex(`0x${partHashesOf(parts).map(digits).join('')}`))
}

/** A state in one word (`types/BatchDigest.sol`). */
export function packState({ closesAt, debitMicroEur, openDemands, isLengthened }: BatchState): bigint {
  const lengthened = isLengthened ? 1n : 0n
  return BigInt(closesAt) | (BigInt(debitMicroEur) << 40n) | (BigInt(openDemands) << 104n) | (lengthened << 136n)
}

/** What the vault keeps of a proposed batch: keccak256(headerHash ‖ movementsHash ‖ packed state). */
export function batchDigestOf({ headerHash, movementsHash, state }: Omit<BatchRef, 'neighbourhood' | 'number'>): Hex {
  const packed = packState(state).toString(16).padStart(64, '0')
  return keccak(bytesOfHex(`0x${digits(headerHash)}${digits(movementsHash)}${packed}`))
}

const digits = (hash: Hex) => hash.slice(2)
