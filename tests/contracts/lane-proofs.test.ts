import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasZ3, signed, solve, termOfSolidity, termOfYul, unsigned, word } from './smt.ts'

/**
 * Proofs, by an SMT solver, of the arithmetic that runs over four lanes at once: for all words there are, each lane comes
 * out as if it were alone. The expressions are read from the contracts, so that what is proven is what is compiled.
 * (solc's own model checker puts words as integers to the solver, and finds no end with `and` and `xor` over them.)
 */

const contracts = join(import.meta.dirname, '..', '..', 'contracts')
const source = (file: string) => readFileSync(join(contracts, file), 'utf8')
const ledger = source('Ledger.sol')
const movements = source('types/Movements.sol')
const treasury = source('types/Treasury.sol')

/** What follows a text, up to the end of the line, less what is behind it there. */
function after(text: string, begin: string, end = ''): string {
  const lines = text.split('\n').filter((line) => line.trim().startsWith(begin))
  const [line] = lines
  if (line === undefined || lines.length > 1) throw new Error(`"${begin}" stands ${lines.length} times`)
  const rest = line.trim().slice(begin.length)
  if (!rest.endsWith(end)) throw new Error(`"${rest}" does not end in "${end}"`)
  return rest.slice(0, rest.length - end.length)
}
const constant = (text: string, name: string) => word(BigInt(after(text, `${name} = `, ';')))

const masks = {
  moneySigns: constant(movements, 'uint256 internal constant MONEY_SIGNS'),
  whSigns: constant(movements, 'uint256 internal constant WH_SIGNS'),
  moneyFields: constant(movements, 'uint256 internal constant MONEY_FIELDS'),
}
const lanes = [0, 1, 2, 3] as const
/** From which bit to which a lane and its fields reach, lane 0 in the highest bits. */
const bitsOf = (lane: number) => {
  const low = 64 * (3 - lane)
  return { all: [low + 63, low], money: [low + 63, low + 24], wh: [low + 23, low] } as const
}
const plus = (...terms: readonly string[]) => terms.reduce((sum, term) => `(bvadd ${sum} ${term})`)
const number = (value: bigint) => `(_ bv${BigInt.asUintN(128, value)} 128)`
/** That it is not so: where this cannot be, it always is. */
const unless = (term: string) => `(not ${term})`

describe.skipIf(!hasZ3)('for all words (z3)', { timeout: 300_000 }, () => {
  const booking = {
    ...masks,
    signs: termOfYul(after(ledger, 'let signs := ')),
    sum: termOfYul(after(ledger, 'let sum := ')),
    broken: termOfYul(`or(${after(ledger, 'if or(', ' {')}`),
  }
  const free = ['before', 'delta']
  /** No lane of the ledger holds money below 0. */
  const nothingOwed = `(= (bvand before moneySigns) ${word(0n)})`
  const sumOf = (bits: readonly [number, number]) => plus(signed('before', bits), signed('delta', bits))

  it.for(lanes)('lane %i of a group is its movement added to it, where the group is booked at once', (lane) => {
    const { money, wh } = bitsOf(lane)
    for (const bits of [money, wh]) {
      const isSum = `(= ${signed('sum', bits)} ${sumOf(bits)})`
      expect(solve({ free, let: booking, assert: [nothingOwed, `(= broken ${word(0n)})`, unless(isSum)] })).toBe(
        'unsat',
      )
    }
    const below = `(bvslt ${signed('sum', money)} ${number(0n)})`
    expect(solve({ free, let: booking, assert: [nothingOwed, `(= broken ${word(0n)})`, below] })).toBe('unsat')
  })

  it('a group is left to the slow way where a lane does not fit, and only there', () => {
    const outside = (bits: readonly [number, number], [least, most]: readonly [bigint, bigint]) =>
      `(or (bvslt ${sumOf(bits)} ${number(least)}) (bvsgt ${sumOf(bits)} ${number(most)}))`
    const anyOutside = `(or ${lanes
      .map((lane) => {
        const { money, wh } = bitsOf(lane)
        return `${outside(money, [0n, 2n ** 39n - 1n])} ${outside(wh, [-(2n ** 23n), 2n ** 23n - 1n])}`
      })
      .join(' ')})`
    const isBroken = `(not (= broken ${word(0n)}))`
    expect(solve({ free, let: booking, assert: [nothingOwed, unless(`(= ${isBroken} ${anyOutside})`)] })).toBe('unsat')
  })

  it.for(lanes)('lane %i adds its field, its debit and its sign to its own sums, up to 65,535 groups', (lane) => {
    const sums = {
      ...masks,
      fields: termOfYul(after(ledger, 'let fields := ')),
      below: termOfYul(after(ledger, 'let below := ')),
      moneyAfter: termOfYul(after(ledger, 'money := ')),
      debitsAfter: termOfYul(after(ledger, 'debits := ')),
      whAfter: termOfYul(after(ledger, 'wh := ')),
      negativesAfter: termOfYul(after(ledger, 'negatives := ')),
    }
    const { all, money, wh } = bitsOf(lane)
    const isNegative = (bits: readonly [number, number]) => `(bvslt ${signed('delta', bits)} ${number(0n)})`
    const half = { low: [all[1] + 31, all[1]], high: [all[0], all[1] + 32] } as const
    // As many as a part of 65,534 groups has added before, in every lane.
    const least = lanes.flatMap((of) => {
      const { all } = bitsOf(of)
      const [low, high] = [
        [all[1] + 31, all[1]],
        [all[0], all[1] + 32],
      ] as const
      return [
        ...['money', 'debits'].map((sum) => `(bvule ${unsigned(sum, all)} ${number(65_534n * (2n ** 40n - 1n))})`),
        `(bvule ${unsigned('wh', all)} ${number(65_534n * (2n ** 24n - 1n))})`,
        ...[low, high].map((bits) => `(bvule ${unsigned('negatives', bits)} ${number(65_534n)})`),
      ]
    })
    const grows = (name: string, bits: readonly [number, number], by: string) =>
      `(= ${unsigned(`${name}After`, bits)} ${plus(unsigned(name, bits), by)})`
    const one = (condition: string, by: string) => `(ite ${condition} ${by} ${number(0n)})`
    for (const claim of [
      grows('money', all, unsigned('delta', money)),
      grows('debits', all, one(isNegative(money), unsigned('delta', money))),
      grows('wh', all, unsigned('delta', wh)),
      grows('negatives', half.low, one(isNegative(money), number(1n))),
      grows('negatives', half.high, one(isNegative(wh), number(1n))),
    ]) {
      const all = ['delta', 'money', 'debits', 'wh', 'negatives']
      expect(solve({ free: all, let: sums, assert: [...least, unless(claim)] })).toBe('unsat')
    }
  })

  it('the three balances move at once as each alone, or are seen not to fit', () => {
    const SIGNS = constant(treasury, 'uint256 private constant SIGNS')
    const terms = {
      SIGNS,
      BALANCES: word(2n ** 256n - 2n ** 64n),
      sum: termOfSolidity(after(treasury, 'uint256 sum = ', ';')),
    }
    const isWhole = termOfSolidity(after(treasury, 'return (Treasury.wrap(sum), ', ');')).replace(
      / 0\b/,
      ` ${word(0n)}`,
    )
    const balances = [0, 1, 2].map((seat) => [255 - 64 * seat, 192 - 64 * seat] as const)
    const owed = `(= (bvand before SIGNS) ${word(0n)})`
    const sumOf = (bits: readonly [number, number]) => plus(signed('before', bits), signed('head', bits))
    const fits = `(and ${balances
      .map((bits) => `(bvsge ${sumOf(bits)} ${number(0n)}) (bvslt ${sumOf(bits)} ${number(2n ** 63n)})`)
      .join(' ')})`
    const all = `(and ${balances.map((bits) => `(= ${signed('sum', bits)} ${sumOf(bits)})`).join(' ')})`
    const counts = `(= ((_ extract 63 0) sum) ((_ extract 63 0) before))`
    for (const claim of [`(= ${isWhole} ${fits})`, `(=> ${isWhole} ${all})`, counts]) {
      expect(solve({ free: ['before', 'head'], let: terms, assert: [owed, unless(claim)] })).toBe('unsat')
    }
    expect(after(treasury, 'uint256 private constant BALANCES = ', ';')).toBe('~uint256(type(uint64).max)')
  })

  it('a lane that carried into the next would be found', () => {
    const careless = { ...booking, sum: '(bvadd before delta)' }
    const isSum = `(= ${signed('sum', bitsOf(1).money)} ${sumOf(bitsOf(1).money)})`
    expect(solve({ free, let: careless, assert: [nothingOwed, `(= broken ${word(0n)})`, unless(isSum)] })).toBe('sat')
  })
})
