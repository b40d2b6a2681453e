import { spawnSync } from 'node:child_process'

/** Whether there is a solver to ask (Debian's `z3`). */
export const hasZ3 = spawnSync('z3', ['--version']).status === 0

const functions: Readonly<Record<string, string>> = {
  and: 'bvand',
  or: 'bvor',
  xor: 'bvxor',
  not: 'bvnot',
  add: 'bvadd',
  sub: 'bvsub',
  mul: 'bvmul',
}

/** An expression of Yul as SMT-LIB has it, over words of 256 bits. Shifts take their distance first, there last. */
export function termOfYul(text: string): string {
  const tokens = text.match(/[(),]|[^\s(),]+/g) ?? []
  const next = () => tokens.shift() ?? ''
  const term = (): string => {
    const name = next()
    if (tokens[0] !== '(') return /^\d/.test(name) ? word(BigInt(name)) : name
    next()
    const args = [term()]
    while (next() === ',') args.push(term())
    if (name === 'shl' || name === 'shr') return `(${name === 'shl' ? 'bvshl' : 'bvlshr'} ${args[1]} ${args[0]})`
    const known = functions[name]
    if (known === undefined) throw new Error(`${name} has no counterpart here`)
    return `(${known} ${args.join(' ')})`
  }
  const read = term()
  if (tokens.length > 0) throw new Error(`${text} goes on after its end`)
  return read
}

/** From the loosest to the tightest, as Solidity has them. */
const operators = ['==', '|', '^', '&', '+'] as const
const infix = { '==': '=', '|': 'bvor', '^': 'bvxor', '&': 'bvand', '+': 'bvadd' } as const

/** An expression of Solidity with the operators that are used here. */
export function termOfSolidity(text: string): string {
  const tokens = text.match(/==|[()~&|^+]|\w+/g) ?? []
  const operand = (): string => {
    const token = tokens.shift() ?? ''
    if (token === '~') return `(bvnot ${operand()})`
    if (token !== '(') return /^\d/.test(token) ? word(BigInt(token)) : token
    const inner = level(0)
    tokens.shift()
    return inner
  }
  const level = (place: number): string => {
    const operator = operators[place]
    if (operator === undefined) return operand()
    let left = level(place + 1)
    while (tokens[0] === operator) {
      tokens.shift()
      left = `(${infix[operator]} ${left} ${level(place + 1)})`
    }
    return left
  }
  return level(0)
}

/** A number as a word. */
export const word = (value: bigint) => `(_ bv${value} 256)`
/** Some bits of a word as a signed number of 128 bits. */
export const signed = (of: string, [high, low]: readonly [number, number]) =>
  `((_ sign_extend ${127 - high + low}) ((_ extract ${high} ${low}) ${of}))`
/** Some bits of a word as an unsigned number of 128 bits. */
export const unsigned = (of: string, [high, low]: readonly [number, number]) =>
  `((_ zero_extend ${127 - high + low}) ((_ extract ${high} ${low}) ${of}))`

/**
 * What z3 says of whether all this can be at once: `unsat` proves that it cannot. `let` names a term, in order; `free`
 * are words that may be anything.
 */
export function solve(problem: {
  readonly free: readonly string[]
  readonly let: Readonly<Record<string, string>>
  readonly assert: readonly string[]
}): string {
  const lines = [
    '(set-logic QF_BV)',
    ...problem.free.map((name) => `(declare-const ${name} (_ BitVec 256))`),
    ...Object.entries(problem.let).map(([name, term]) => `(define-fun ${name} () (_ BitVec 256) ${term})`),
    ...problem.assert.map((term) => `(assert ${term})`),
    '(check-sat)',
  ]
  const { stdout } = spawnSync('z3', ['-in', '-T:60', '-memory:2000'], { input: lines.join('\n'), encoding: 'utf8' })
  return stdout.trim()
}
