import { type Abi, type AbiFunction, type AbiParameter, encodeFunctionData, type Hex, toFunctionSelector } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { SeededInput } from './seeded-input.ts'

/** The functions of a contract that change something. */
export function changingFunctions(abi: readonly unknown[]): readonly AbiFunction[] {
  return (abi as Abi).filter(
    (item): item is AbiFunction =>
      item.type === 'function' && item.stateMutability !== 'view' && item.stateMutability !== 'pure',
  )
}

/** Calldata for a function: arguments of its types with odd values, or its selector before any words or bytes. */
export function calldata(input: SeededInput, fn: AbiFunction): Hex {
  if (input.chance(0.6)) {
    const args = fn.inputs.map((parameter) => argument(input, parameter))
    return encodeFunctionData({ abi: [fn], functionName: fn.name, args })
  }
  const words = Array.from({ length: input.below(12) }, () => word(input).toString(16).padStart(64, '0')).join('')
  const selector = input.chance(0.9) ? toFunctionSelector(fn) : '0x'
  return `${selector}${input.chance(0.8) ? words : input.bytes(200).toString('hex')}`
}

/** A signed transaction that pays nothing for its gas. */
export function signedCall(options: {
  readonly key: Hex
  readonly chainId: number
  readonly to: Hex
  readonly data: Hex
  readonly nonce: number
}): Promise<Hex> {
  const { key, ...call } = options
  const free = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 1_000_000n, type: 'eip1559' } as const
  return privateKeyToAccount(key).signTransaction({ ...call, ...free })
}

const borders = [
  0n,
  1n,
  2n,
  32n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 127n - 1n,
  2n ** 128n - 1n,
  2n ** 255n,
  2n ** 256n - 1n,
]

const word = (input: SeededInput): bigint =>
  input.chance(0.6) ? input.pick(borders) : BigInt(`0x${input.bytes(32).toString('hex')}0`) % 2n ** 256n

function argument(input: SeededInput, parameter: AbiParameter): unknown {
  const { type } = parameter
  const array = /^(.*)\[(\d*)\]$/.exec(type)
  if (array !== null) {
    const length = array[2] === '' ? input.below(5) : Number(array[2])
    return Array.from({ length }, () => argument(input, { ...parameter, type: array[1] ?? '' }))
  }
  if ('components' in parameter) {
    const fields = parameter.components as readonly AbiParameter[]
    return Object.fromEntries(fields.map((field) => [field.name ?? '', argument(input, field)]))
  }
  if (type === 'address') return `0x${(word(input) % 2n ** 160n).toString(16).padStart(40, '0')}`
  if (type === 'bool') return input.chance(0.5)
  if (type === 'bytes' || type === 'string') return type === 'bytes' ? `0x${input.bytes(80).toString('hex')}` : 'text'
  const bits = BigInt(/\d+$/.exec(type)?.[0] ?? '256')
  if (type.startsWith('bytes'))
    return `0x${(word(input) % 2n ** (8n * bits)).toString(16).padStart(Number(bits) * 2, '0')}`
  if (type.startsWith('uint')) return word(input) % 2n ** bits
  return BigInt.asIntN(Number(bits), word(input))
}
