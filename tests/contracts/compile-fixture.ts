import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Abi } from 'viem'

type Hex = `0x${string}`

const root = join(import.meta.dirname, '..', '..')

interface Solc {
  readonly compile: (input: string, callbacks: { readonly import: (path: string) => { contents: string } }) => string
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<string, Record<string, { abi: Abi; evm: { deployedBytecode: { object: string } } }>>
}

/** A contract of `tests/contracts/solidity`, compiled here: what ships is built without the tests' own contracts. */
export function compileFixture(name: string): { readonly abi: Abi; readonly code: Hex } {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const file = `tests/contracts/solidity/${name}.sol`
  const contents = (path: string) => readFileSync(join(root, path.startsWith('@') ? 'node_modules' : '', path), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: contents(file) } },
    settings: {
      evmVersion: 'osaka',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { [file]: { [name]: ['abi', 'evm.deployedBytecode.object'] } },
    },
  }
  const text = solc.compile(JSON.stringify(input), { import: (path) => ({ contents: contents(path) }) })
  const { errors = [], contracts } = JSON.parse(text) as Output
  const wrong = errors.filter(({ severity }) => severity === 'error').map(({ formattedMessage }) => formattedMessage)
  const compiled = contracts?.[file]?.[name]
  if (wrong.length > 0 || compiled === undefined) throw new Error(`${file} does not compile:\n${wrong.join('\n')}`)
  return { abi: compiled.abi, code: `0x${compiled.evm.deployedBytecode.object}` }
}
