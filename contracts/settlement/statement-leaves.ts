import { deviceKeyOf } from '#protocol/device-join.ts'
import { encodeType, structEncoder } from '#protocol/eip712.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import { keccakBytes } from '#protocol/js-sha3.ts'
import { keccak } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import { LEAST_TRUST, trustOf } from '#protocol/trust.ts'
import { type Field, typedData } from '#protocol/typed-data.ts'
import { encodeLeaf } from './encode-leaf.ts'
import { IndexedTree, leafHashOf } from './indexed-tree.ts'
import { signatureHashOf } from './signature-hash.ts'

type Hex = `0x${string}`

/** A home's metered slot: a leaf of a batch's statements tree (`types/StatementLeaf.sol`). */
export interface StatementLeaf {
  readonly account: Hex
  readonly slot: number
  readonly importWh: number
  readonly exportWh: number
  readonly isEstimated: boolean
  readonly earnsCredit: boolean
  readonly deviceName: Hex
  readonly structHash: Hex
  readonly signatureHash: Hex
}

const statementLeafFields: readonly Field[] = [
  { name: 'account', type: 'address' },
  { name: 'slot', type: 'uint64' },
  { name: 'importWh', type: 'uint64' },
  { name: 'exportWh', type: 'uint64' },
  { name: 'isEstimated', type: 'bool' },
  { name: 'earnsCredit', type: 'bool' },
  { name: 'deviceName', type: 'bytes32' },
  { name: 'structHash', type: 'bytes32' },
  { name: 'signatureHash', type: 'bytes32' },
]

/**
 * A leaf a statement, by account and slot.
 * @param p256Verifier the verifier that P-256 keys begin with on chain (`ISignerKeys.p256Verifier`)
 */
export function statementLeavesOf(statements: readonly SignedStatement[], p256Verifier: Hex): readonly StatementLeaf[] {
  return statements
    .map((statement) => leafOf(statement, p256Verifier))
    .sort((a, b) => (a.account === b.account ? a.slot - b.slot : a.account < b.account ? -1 : 1))
}

/** The tree over statements: its root is a batch's `statementsRoot`. */
export function statementsTreeOf(leaves: readonly StatementLeaf[]): IndexedTree {
  return new IndexedTree(leaves.map((leaf) => leafHashOf(encodeLeaf(statementLeafFields, leaf))))
}

function leafOf(statement: SignedStatement, p256Verifier: Hex): StatementLeaf {
  const { body, signature } = statement
  const { account, slot, importWh, exportWh, estimated, quality, deviceId } = body
  return {
    account,
    slot,
    importWh,
    exportWh,
    isEstimated: estimated,
    earnsCredit: !estimated && trustOf(quality) >= LEAST_TRUST,
    deviceName: keccak(deviceId),
    structHash: structHashOf(body),
    signatureHash: signatureHashOf({ signer: deviceKeyOf(statement, p256Verifier), signature }),
  }
}

const { primaryType, fields } = typedData.statement
const hashed = (data: Uint8Array | string) =>
  keccakBytes(typeof data === 'string' ? new TextEncoder().encode(data) : data)
const encodeStatement = structEncoder({ typeHash: hashed(encodeType(primaryType, fields)), fields, keccak: hashed })

/** EIP-712's hashStruct of a statement. */
function structHashOf(body: Statement): Hex {
  return keccak(encodeStatement({ ...body }))
}
