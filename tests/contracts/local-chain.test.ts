import { hash } from 'node:crypto'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectChainReader, deploy, forgetLocalChain, localChainTimeMs, startLocalChain } from '#contracts/index.ts'
import { HandClock, person, run, testChain, WINDOW_SECONDS } from './on-chain.ts'

const alice = person(0xa)
let dataDir = ''
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'commonwatt-chain-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const rpc = async (url: string, method: string, params: readonly unknown[] = []) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', body })
  return (await response.json()) as { readonly result?: unknown; readonly error?: { readonly code: number } }
}

const deposit = [{ account: alice.account, amountMicroEur: 5_000_000 }]

describe('the local chain', () => {
  it('starts at the simulated time, and its blocks follow the clock', () =>
    run(
      Effect.gen(function* () {
        const { clock, chain, client } = yield* testChain()
        const time = (block: string) =>
          Effect.map(
            Effect.promise(() => rpc(chain.rpcUrl, 'eth_getBlockByNumber', [block, false])),
            ({ result }) => Number((result as { timestamp: string }).timestamp) * 1_000,
          )
        expect(yield* time('0x0')).toBe(clock.timeMs)
        clock.pass(86_400_000)
        yield* client.fund(deposit)
        expect(yield* time('latest')).toBe(clock.timeMs)
        const place = (yield* client.vaultEvents).at(-1)?.place
        expect(place && (yield* client.transactionSeen(place.transaction))).toMatchObject({
          ...place,
          ...{ status: 'success', timeMs: clock.timeMs, call: 'Vault.deposit', gasUsed: expect.any(Number) },
        })
        expect(yield* client.transactionSeen(`0x${'9'.repeat(64)}`)).toBeNull()
      }),
    ))

  it('changes by signed transactions only', () =>
    run(
      Effect.gen(function* () {
        const { chain } = yield* testChain()
        for (const method of ['evm_increaseTime', 'hardhat_setBalance', 'eth_sendTransaction', 'evm_mine']) {
          expect(yield* Effect.promise(() => rpc(chain.rpcUrl, method))).toMatchObject({ error: { code: -32601 } })
        }
      }),
    ))

  it('comes back from its journal: the same contracts, balances and block', async () => {
    const clock = new HandClock()
    const look = (fund: boolean) =>
      run(
        Effect.gen(function* () {
          const { deployment, client } = yield* testChain({ clock, dataDir })
          if (fund) yield* client.fund(deposit)
          return [deployment, yield* client.balanceOf(alice.account), yield* client.blockNumber]
        }),
      )
    const before = await look(true)
    clock.pass(3_600_000)
    expect(await look(false)).toEqual(before)
  })

  it('forgets a line that a crash left unfinished, and nothing before it', async () => {
    const start = run(Effect.map(testChain({ dataDir }), ({ deployment }) => deployment))
    const deployment = await start
    await appendFile(join(dataDir, 'chain.ndjson'), '{"raw":"0x02f8')
    expect(await run(Effect.map(testChain({ dataDir }), (again) => again.deployment))).toEqual(deployment)
  })

  it('finds its contracts again, and refuses those of another window', async () => {
    const { deployment } = await run(testChain({ dataDir }))
    const again = (disputeWindowSeconds: number) =>
      run(
        Effect.flatMap(startLocalChain({ clock: new HandClock(), dataDir }), (access) =>
          deploy({ ...access, disputeWindowSeconds, directory: join(dataDir, 'deployment') }),
        ),
      )
    expect(await again(WINDOW_SECONDS)).toEqual(deployment)
    await expect(again(60)).rejects.toThrow(/deployed.json has disputeWindowSeconds 3600, not 60/)
  })

  it('is looked at for events from the block on in which its contracts were begun, also where that was interrupted', () =>
    run(
      Effect.gen(function* () {
        const { chain, deployment, client } = yield* testChain({ dataDir })
        yield* client.fund(deposit)
        expect(deployment.addresses.sinceBlock).toBe(0)
        const began = yield* client.blockNumber
        const directory = join(dataDir, 'second')
        const deployAgain = deploy({ ...chain, disputeWindowSeconds: WINDOW_SECONDS, directory })
        const second = yield* deployAgain
        expect(second.addresses.sinceBlock).toBe(began)
        expect((yield* deployAgain).addresses).toEqual(second.addresses)
        // A crash before it was done: it is taken up, by its journal, and was begun when it was.
        yield* Effect.promise(() => rm(join(directory, 'deployed.json')))
        yield* client.fund([{ account: person(0xb).account, amountMicroEur: 5_000_000 }])
        expect((yield* deployAgain).addresses).toEqual(second.addresses)

        const { rpcUrl } = chain
        const seatsSince = (sinceBlock: number) =>
          Effect.flatMap(
            connectChainReader({
              rpcUrl,
              addresses: { ...deployment.addresses, sinceBlock },
              neighbourhood: client.neighbourhood,
            }),
            (reader) => reader.seats,
          )
        expect([...(yield* seatsSince(began + 1)).keys()]).toEqual([person(0xb).account])
        expect([...(yield* seatsSince(0)).keys()]).toEqual(expect.arrayContaining([alice.account]))
        expect((yield* seatsSince(1_000_000)).size).toBe(0)
      }),
    ))

  it('tells the time of its last block while it is closed, and begins anew once it is forgotten', async () => {
    const clock = new HandClock()
    const timeMs = () => Effect.runPromise(localChainTimeMs(dataDir))
    expect(await timeMs()).toBe(0)
    await run(Effect.flatMap(testChain({ clock, dataDir }), () => Effect.sync(() => clock.pass(60_000))))
    expect(await timeMs()).toBe(clock.timeMs - 60_000)
    await run(Effect.flatMap(testChain({ clock, dataDir }), ({ client }) => client.fund(deposit)))
    await appendFile(join(dataDir, 'chain.ndjson'), '{"raw":"0x02f8')
    expect(await timeMs()).toBe(clock.timeMs)
    await Effect.runPromise(forgetLocalChain(dataDir))
    expect(await timeMs()).toBe(0)
  })

  it('refuses a journal in which a byte was changed, and says in which line', async () => {
    const clock = new HandClock()
    await run(testChain({ clock, dataDir }))
    const path = join(dataDir, 'chain.ndjson')
    const journal = await readFile(path, 'utf8')
    const failure = () => run(Effect.flip(startLocalChain({ clock, dataDir })))
    await writeFile(path, journal.replace('"chainId":31337', '"chainId":31338'))
    expect((await failure()).message).toMatch(/chain.ndjson:1 is damaged/)
    await writeFile(path, journal.replace(/"timestamp":(\d+)\d,"stateRoot"/, '"timestamp":$19,"stateRoot"'))
    expect((await failure()).message).toMatch(/chain.ndjson:2 is damaged/)
    await writeFile(path, journal.replace('{"raw"', '{raw'))
    expect((await failure()).message).toMatch(/chain.ndjson:2 is damaged/)
  })

  it('refuses the journal of another chain, and one that leads to another state', async () => {
    const clock = new HandClock()
    await run(testChain({ clock, dataDir }))
    const path = join(dataDir, 'chain.ndjson')
    const journal = await readFile(path, 'utf8')
    const failure = () => run(Effect.flip(startLocalChain({ clock, dataDir })))
    await writeFile(path, chainedAgain(journal.replace('"chainId":31337', '"chainId":1')))
    expect((await failure()).message).toMatch(/its chainId is 1, this program's is 31337/)
    await writeFile(path, chainedAgain(journal.replace(/"stateRoot":"0x./, '"stateRoot":"0xz')))
    expect((await failure()).message).toMatch(/transaction 1 gives state/)
  })
})

/** A journal whose lines were changed, as somebody would write it who knows how it is chained. */
function chainedAgain(journal: string): string {
  let chained = ''
  return journal.replace(/^(.*),"chained":"\w+"\}$/gm, (_, start: string) => {
    chained = hash('sha256', `${chained}${start}}`)
    return `${start},"chained":"${chained}"}`
  })
}
