import { describe, it } from 'vitest'
import { BadCommand, MatchSession } from '#matching-engine/index.ts'
import { throughDoor } from './door.ts'
import { fuzzing, onlyThrows } from './fuzzing.ts'

fuzzing()

describe('match lines', () => {
  const commands = (id: number): readonly unknown[] => [
    { op: 'new', id: `o${id}`, acct: 'A', side: 'buy', type: 'limit', price: 100, qty: 5, tif: 'GTC' },
    { op: 'new', id: `o${id}`, acct: 'B', side: 'sell', type: 'limit', price: 101, qty: 7, tif: 'GTC', display: 2 },
    { op: 'new', id: `o${id}`, acct: 'C', side: 'sell', type: 'market', qty: 3, tif: 'IOC' },
    {
      op: 'new',
      id: `o${id}`,
      acct: 'A',
      side: 'sell',
      type: 'limit',
      price: 90,
      qty: 3,
      tif: 'FOK',
      stp: 'decrement',
    },
    { op: 'cancel', id: `o${id - 3}` },
    { op: 'amend', id: `o${id - 2}`, price: 102, qty: 9 },
    { op: 'clock', now: id },
    { op: 'phase', phase: 'call' },
    { op: 'uncross' },
    { op: 'reference', price: 101 },
    { op: 'config', minPrice: 1, maxPrice: 999, tick: 1, risk: false },
    { op: 'book' },
  ]

  it('do something, or are refused by code or as no command, and then change nothing', async () => {
    let session = new MatchSession()
    let before: string | null = null
    const book = () => JSON.stringify(session.line('{"op":"book"}').book)
    await throughDoor({
      door: 'match',
      send: (input, index) => {
        if (index % 100 === 0) {
          session = new MatchSession()
          before = null
        }
        before ??= book()
        const line = input.chance(0.3)
          ? JSON.stringify(input.pick(commands(index)))
          : input.json(input.pick(commands(index)))
        let isRefused = true
        onlyThrows([BadCommand], () => {
          isRefused = session.line(line).error !== undefined
        })
        if (!isRefused) before = null
        else if (book() !== before) throw new Error(`refused, but changed the book: ${line.slice(0, 300)}`)
      },
    })
  })
})
