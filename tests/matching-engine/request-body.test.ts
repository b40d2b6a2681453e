import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { BodyBudget } from '#matching-engine/gateway/body-budget.ts'
import { readJson } from '#matching-engine/gateway/request-body.ts'

/** A request whose body comes when the test writes it. */
const request = () =>
  Object.assign(new PassThrough(), { headers: { 'content-type': 'application/json' } }) as unknown as IncomingMessage &
    PassThrough

describe('the memory of request bodies', () => {
  it('is bounded over all requests: the one too many is told to come again, the others are read', async () => {
    const budget = new BodyBudget(10)
    const [first, second, third] = [budget.share(), budget.share(), budget.share()]
    const one = request()
    const read = Effect.runPromise(readJson(one, first))
    one.write('[1,2,')
    const two = request()
    const refused = Effect.runPromise(Effect.flip(readJson(two, second)))
    two.end('[1,2,3]')
    expect(await refused).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, headers: { 'retry-after': '1' } })
    one.end('3]')
    expect(await read).toEqual([1, 2, 3])

    first.giveBack()
    second.giveBack()
    const three = request()
    three.end('[1,2,3,45]')
    expect(await Effect.runPromise(readJson(three, third))).toEqual([1, 2, 3, 45])
  })
})
