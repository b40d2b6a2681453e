import type { DataValue, Library } from './node-opcua.ts'
import type { NodeValue } from './opcua-line.ts'
import { plainValue } from './opcua-value.ts'

const absent: NodeValue = { status: 'absent', value: null, sourceTimeMs: null }
const bad: NodeValue = { status: 'bad', value: null, sourceTimeMs: null }

/** What a server's answer about a node means; no answer: it has no such node. */
export function nodeValue({ VariantArrayType, DataType }: Library, answer: DataValue | undefined): NodeValue {
  if (answer === undefined) return absent
  const { statusCode, value, sourceTimestamp } = answer
  if (!statusCode.isGood()) return /^BadNodeId(Unknown|Invalid)$/.test(statusCode.name) ? absent : bad
  const scalar = value.arrayType === VariantArrayType.Scalar
  const plain = scalar ? plainValue({ type: DataType[value.dataType], value: value.value }) : null
  return plain === null ? bad : { status: 'good', value: plain, sourceTimeMs: sourceTimestamp?.getTime() ?? null }
}
