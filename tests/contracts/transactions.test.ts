import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deferred, Effect, Exit, Fiber, Scope } from 'effect'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChainFailure } from '#contracts/index.ts'
import { openTransactions } from '#contracts/index.ts'
import { person, refusalOf, run } from './on-chain.ts'
import { openSlowChain, payer, type SlowChain } from './slow-chain.ts'

type Hex = `0x${string}`

const GWEI = 1_000_000_000
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-transactions-'))
const scope = Scope.makeUnsafe()
const limits = { stuckMs: 20, pollMs: 1, receiptMsMax: 0, waitMsMax: 60_000 }
let chain: SlowChain
let journals = 0
const newJournal = () => join(folder, `${journals++}.ndjson`)
const passing = (_method: string, pass: () => Promise<unknown>) => pass()

/** Mines whenever somebody looks for a receipt. */
const mining = async (method: string, pass: () => Promise<unknown>) => {
  if (method === 'eth_getTransactionReceipt') await chain.mine()
  return pass()
}

let owners = 0
const newOwner = (): Hex => person(0x9000 + owners++).account

beforeAll(async () => {
  chain = await Effect.runPromise(Scope.provide(openSlowChain, scope))
})
beforeEach(async () => {
  chain.onRequest(passing)
  await chain.forget()
  await chain.baseFee(GWEI)
  await chain.mine()
})
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true })
})

const opened = (journalFile?: string, over: Partial<typeof limits & { feeWeiMax: bigint }> = {}) =>
  openTransactions({
    rpcUrl: chain.rpcUrl,
    limits: { ...limits, ...over },
    ...(journalFile === undefined ? {} : { journalFile }),
  })

/** Until somebody has sent so many transactions that wait. */
const waiting = (count: number) =>
  Effect.promise(async () => {
    while ((await chain.pending()).length !== count) await new Promise((resolve) => setTimeout(resolve, 1))
  })

describe('a transaction', () => {
  it('that no block takes at its price is replaced by a dearer one, and is there once', () =>
    run(
      Effect.gen(function* () {
        const owner = newOwner()
        const { send } = yield* opened()
        yield* Effect.promise(() => chain.baseFee(GWEI))
        const sending = yield* Effect.forkChild(send(payer.key, chain.mint(owner, 5)), { startImmediately: true })
        yield* waiting(1)
        const [first] = yield* Effect.promise(chain.pending)
        // Blocks go by, all at ten times the price.
        chain.onRequest(async (method, pass) => {
          if (method === 'eth_getTransactionReceipt') {
            await chain.baseFee(10 * GWEI)
            await chain.mine()
          }
          return pass()
        })
        const { transaction } = yield* Fiber.join(sending)
        expect(transaction).not.toBe(first?.hash)
        expect(yield* chain.balanceOf(owner)).toBe(5n)
      }),
    ))

  it('that was signed and not sent is sent by the next process; asked for again it is not made twice', () =>
    run(
      Effect.gen(function* () {
        const owner = newOwner()
        const journalFile = newJournal()
        const dead = yield* dyingAt('eth_sendRawTransaction', 'before', journalFile, chain.mint(owner, 5))
        expect(dead).toBe(true)
        expect(yield* Effect.promise(chain.pending)).toEqual([])
        chain.onRequest(mining)
        const { resume, send } = yield* opened(journalFile)
        yield* resume(payer.key)
        expect(yield* chain.balanceOf(owner)).toBe(5n)
        yield* resume(payer.key)
        yield* send(payer.key, chain.mint(owner, 5)) // another wish, after that one has ended
        expect(yield* chain.balanceOf(owner)).toBe(10n)
      }),
    ))

  it('that was sent without anybody learning of it is found by the next process that wants the same', () =>
    run(
      Effect.gen(function* () {
        const owner = newOwner()
        const journalFile = newJournal()
        yield* dyingAt('eth_sendRawTransaction', 'after', journalFile, chain.mint(owner, 5))
        expect(yield* Effect.promise(chain.pending)).toHaveLength(1)
        chain.onRequest(mining)
        const { send } = yield* opened(journalFile)
        yield* send(payer.key, chain.mint(owner, 5))
        expect(yield* chain.balanceOf(owner)).toBe(5n)
      }),
    ))

  it('whose nonce somebody else uses is signed again with the next one', () =>
    run(
      Effect.gen(function* () {
        const owner = newOwner()
        const { send } = yield* opened()
        const sending = yield* Effect.forkChild(send(payer.key, chain.mint(owner, 5)), { startImmediately: true })
        yield* waiting(1)
        const [ours] = yield* Effect.promise(chain.pending)
        yield* Effect.promise(() => chain.sendPast(Number(ours?.nonce)))
        yield* Effect.promise(chain.mine)
        chain.onRequest(mining)
        const place = yield* Fiber.join(sending)
        expect(place.transaction).not.toBe(ours?.hash)
        expect(yield* chain.balanceOf(owner)).toBe(5n)
      }),
    ))

  it('that a reorg takes out of its block goes in again before the next one, and once', () =>
    run(
      Effect.gen(function* () {
        const [one, other] = [newOwner(), newOwner()]
        const { send } = yield* opened()
        const before = yield* Effect.promise(() => chain.ask('evm_snapshot'))
        chain.onRequest(mining)
        yield* send(payer.key, chain.mint(one, 5))
        yield* Effect.promise(() => chain.ask('evm_revert', [before]))
        expect(yield* chain.balanceOf(one)).toBe(0n)
        yield* send(payer.key, chain.mint(other, 7))
        expect([yield* chain.balanceOf(one), yield* chain.balanceOf(other)]).toEqual([5n, 7n])
      }),
    ))

  it('that its node does not want for now is not given up while another waits behind it', () =>
    run(
      Effect.gen(function* () {
        const [one, other, third] = [newOwner(), newOwner(), newOwner()]
        const { send } = yield* opened()
        const before = yield* Effect.promise(() => chain.ask('evm_snapshot'))
        chain.onRequest(mining)
        yield* send(payer.key, chain.mint(one, 5))
        yield* send(payer.key, chain.mint(other, 7))
        yield* Effect.promise(() => chain.ask('evm_revert', [before]))
        chain.onRequest((method, pass) => {
          if (method === 'eth_sendRawTransaction') throw new Error('insufficient funds for gas')
          return mining(method, pass)
        })
        expect(yield* refusalOf(send(payer.key, chain.mint(third, 9)))).toMatchObject({ code: 'REFUSED' })
        chain.onRequest(mining)
        yield* send(payer.key, chain.mint(third, 9))
        expect(yield* Effect.forEach([one, other, third], chain.balanceOf)).toEqual([5n, 7n, 9n])
      }),
    ))
})

describe('what cannot be sent', () => {
  it('names the node without what may be a key in its address', () =>
    run(
      Effect.gen(function* () {
        const { message } = yield* refusalOf(openTransactions({ rpcUrl: 'http://127.0.0.1:1/v3/secret' }))
        expect(message).toMatch(/^connect to http:\/\/127\.0\.0\.1:1: /)
        expect(message).not.toMatch(/secret/)
      }),
    ))

  it('says why: too dear, no coins, refused by its contract, stuck', () =>
    run(
      Effect.gen(function* () {
        const owner = newOwner()
        const mint = chain.mint(owner, 5)
        const { send } = yield* opened()
        const dear = yield* opened(undefined, { feeWeiMax: 1n })
        expect(yield* refusalOf(dear.send(payer.key, mint))).toMatchObject({ code: 'FEE_TOO_HIGH' })
        expect(yield* refusalOf(send(person(0x88).key, mint))).toMatchObject({ code: 'REFUSED' })
        const refused = yield* refusalOf(
          send(payer.key, { ...mint, functionName: 'transferFrom', args: [owner, owner, 1] }),
        )
        expect(refused).toMatchObject({ revert: 'ERC20InsufficientAllowance' })
        expect(yield* Effect.promise(chain.pending)).toEqual([])
        const hasty = yield* opened(undefined, { waitMsMax: 30 })
        expect(yield* refusalOf(hasty.send(payer.key, mint))).toMatchObject({ code: 'STUCK' })
        chain.onRequest(mining)
        yield* hasty.send(payer.key, mint) // the very same: it is followed on
        expect(yield* chain.balanceOf(owner)).toBe(5n)
      }),
    ))

  it('is not sent from a journal that is damaged or of another chain', () =>
    run(
      Effect.gen(function* () {
        const journalFile = newJournal()
        chain.onRequest(mining)
        yield* Effect.flatMap(opened(journalFile), ({ send }) => send(payer.key, chain.mint(newOwner(), 5)))
        const text = readFileSync(journalFile, 'utf8')
        const refusal = (changed: string) => {
          writeFileSync(journalFile, changed)
          return refusalOf(opened(journalFile)) as Effect.Effect<ChainFailure, Error>
        }
        expect((yield* refusal(text.replace('"raw":"0x02', '"raw":"0x03'))).detail).toMatch(/ndjson:2 is damaged/)
        expect((yield* refusal(text.replace('"raw":"0x02', '"raw":"0xzz'))).detail).toMatch(/ndjson:2 is damaged/)
        expect((yield* refusal(text.replace('{"is":"ended"', '{is:"ended"'))).detail).toMatch(/ndjson:3 is damaged/)
        expect((yield* refusal(text.replace('"ending":"mined"', '"ending":"m"'))).detail).toMatch(/ndjson:3 is damaged/)
        expect((yield* refusal(text.replace(/"genesis":"0x../, '"genesis":"0xzz'))).detail).toMatch(/its genesis is/)
        writeFileSync(journalFile, `${text}{"is":"sig`) // what a crash leaves
        yield* opened(journalFile)
        expect(readFileSync(journalFile, 'utf8')).toBe(text)
      }),
    ))
})

it('whatever chain, node and process do, each wish is on chain once', () =>
  fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(99)), (draws) =>
      run(
        Effect.gen(function* () {
          const owner = newOwner()
          const journalFile = newJournal()
          let faults = 12
          for (const amount of [1, 10, 100]) {
            for (let isDone = false; !isDone; ) {
              const died = yield* Deferred.make<void>()
              chain.onRequest(async (method, pass) => {
                const draw = faults > 0 ? (draws.next().value ?? 99) : 99
                if (method === 'eth_getTransactionReceipt') {
                  if (draw < 10) await chain.forget()
                  else if (draw < 20) await chain.baseFee(20 * GWEI)
                  else if (draw < 25) await somebodyElse()
                  if (draw < 25) faults--
                  if (draw > 60) await chain.mine()
                }
                if (method !== 'eth_sendRawTransaction' || draw > 50) return pass()
                faults--
                if (draw > 25) await pass()
                if (draw % 2 === 0) Deferred.doneUnsafe(died, Exit.void)
                throw new Error('the answer is lost') // the node's own words: refused, as far as anybody can see
              })
              const asking = Effect.flatMap(opened(journalFile), ({ send }) =>
                Effect.retry(send(payer.key, chain.mint(owner, amount)), { times: 12 }),
              )
              isDone = yield* Effect.raceFirst(
                Effect.as(asking, true),
                Effect.andThen(Deferred.await(died), Effect.succeed(false)),
              )
            }
          }
          expect(yield* chain.balanceOf(owner)).toBe(111n)
        }),
      ),
    ),
    { numRuns: 8 },
  ))

/** Somebody with our key takes the nonce of what waits. */
async function somebodyElse(): Promise<void> {
  const [next] = await chain.pending()
  if (next !== undefined) await chain.sendPast(Number(next.nonce)).catch(() => undefined)
}

/** A process that asks for a call and dies when its node is asked something: before it hears of it, or after it did it. */
const dyingAt = (at: string, when: 'before' | 'after', journalFile: string, call: ReturnType<SlowChain['mint']>) =>
  Effect.gen(function* () {
    const died = yield* Deferred.make<boolean>()
    chain.onRequest(async (method, pass) => {
      if (method !== at) return pass()
      if (when === 'after') await pass()
      Deferred.doneUnsafe(died, Exit.succeed(true))
      return new Promise(() => undefined)
    })
    const asking = Effect.flatMap(opened(journalFile), ({ send }) => Effect.as(send(payer.key, call), false))
    const isDead = yield* Effect.raceFirst(asking, Deferred.await(died))
    chain.onRequest(passing)
    return isDead
  })
