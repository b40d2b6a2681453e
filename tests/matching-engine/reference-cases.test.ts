import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'

interface Case {
  readonly title: string
  readonly config?: object
  readonly steps: readonly {
    readonly in: object
    readonly trades: readonly unknown[]
    readonly orders: object
    readonly error?: string
  }[]
  readonly final: { readonly bids: readonly unknown[]; readonly asks: readonly unknown[] }
}

/** Cases that need rules which the book does not have yet. */
const leftOut: ReadonlyMap<string, string> = new Map([
  ['24-iceberg', 'iceberg orders'],
  ['25-stop-cascade', 'stops'],
  ['28-auction-max-volume', 'call auctions'],
  ['31-auction-to-continuous', 'call auctions'],
])

const folder = new URL('../../../shared/reference/matching/', import.meta.url)
const there = existsSync(folder)
if (!there) console.warn(`reference cases are skipped: ${folder.pathname} is not beside the checkout`)
const names = there
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
  : []
const caseOf = (name: string): Case => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

describe('public reference cases', () => {
  if (!there) it.skip('need ../shared/reference/matching beside the checkout', () => {})

  for (const name of names.filter((candidate) => !leftOut.has(candidate))) {
    const { title, config, steps, final } = caseOf(name)
    it(`${name}: ${title}`, () => {
      const session = new MatchSession()
      const send = (command: object) => JSON.parse(JSON.stringify(session.line(JSON.stringify(command))))
      if (config !== undefined) send({ op: 'config', ...config })
      for (const step of steps) {
        const line = send(step.in)
        expect(line.trades).toEqual(step.trades)
        expect(line.orders).toMatchObject(step.orders)
        expect(line.error).toBe(step.error)
      }
      expect(send({ op: 'book' }).book).toEqual(final)
    })
  }

  it.skipIf(!there).each([...leftOut])('%s is not run: it needs %s, which are refused in plain words', (name, what) => {
    const session = new MatchSession()
    const run = () => {
      for (const step of caseOf(name).steps) session.line(JSON.stringify(step.in))
    }
    expect(run).toThrow(BadCommand)
    expect(run).toThrow(`${what} are not supported yet`)
  })
})
