import { Effect } from 'effect'
import { expect, it } from 'vitest'
import { refOf } from '#contracts/chain/chain-ref.ts'
import type { BatchHeader } from '#contracts/chain/contract-types.ts'
import { contractsAt } from '#contracts/chain/contracts-at.ts'
import { connectChain, movementsHashOf, openTransactions } from '#contracts/index.ts'
import { partHashesOf } from '#contracts/settlement/batch-digest.ts'
import { packMovements } from '#contracts/settlement/packed-movements.ts'
import { splitMovements } from '#contracts/settlement/split-movements.ts'
import { termsHashOf, termsOf } from '#contracts/settlement/terms.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { terms as billTerms, fund, grid, supplier, zeroHash } from './deliveries.ts'
import { LIME_STREET, person, refusalOf, run, testChain, WINDOW_SECONDS } from './on-chain.ts'

const stranger = person(0xc)
const homes = Array.from({ length: 12 }, (_, n) => person(0x100 + n).account)
const header: BatchHeader = {
  neighbourhood: LIME_STREET,
  number: 1,
  firstSlot: 1,
  lastSlot: 1,
  tradesRoot: zeroHash,
  statementsRoot: zeroHash,
  billsRoot: zeroHash,
  creditsRoot: zeroHash,
  termsHash: termsHashOf(termsOf(billTerms)),
  logHead: zeroHash,
  archiveHash: zeroHash,
  tradedWh: 0,
}

it('posts no bond for a neighbourhood that somebody else has opened under its name, or itself with other terms', () =>
  run(
    Effect.gen(function* () {
      const { chain, client, deployment } = yield* testChain()
      const { addresses } = deployment
      const late = yield* connectChain({ ...chain, operatorKey: stranger.key, addresses, neighbourhood: LIME_STREET })
      const terms = { supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }
      expect(yield* refusalOf(late.openNeighbourhood(terms, termsOf(billTerms)))).toMatchObject({
        _tag: 'ChainFailure',
        detail: `${LIME_STREET} is operated by ${client.operator}, not by ${stranger.account}`,
      })
      yield* client.openNeighbourhood(terms, termsOf(billTerms)) // one's own is as it should be
      const others = [
        client.openNeighbourhood({ ...terms, grid: stranger.account }, termsOf(billTerms)),
        client.openNeighbourhood({ ...terms, slotSeconds: 300 }, termsOf(billTerms)),
        client.openNeighbourhood(terms, termsOf({ ...billTerms, protocolFeeBp: 77 })),
      ]
      expect((yield* Effect.forEach(others, refusalOf)).map(({ message }) => message)).toEqual([
        expect.stringContaining(`grid is ${grid}, not ${stranger.account}`),
        expect.stringMatching(/slotSeconds is 900, not 300/),
        expect.stringMatching(/hash of bill terms is 0x/),
      ])
    }),
  ))

it('takes a batch in parts up where it was left, by whomever', () =>
  run(
    Effect.gen(function* () {
      const { clock, chain, client, deployment } = yield* testChain()
      yield* client.fund(homes.map((account) => ({ account, amountMicroEur: 2_000_000 })))
      const seats = yield* client.seats
      const seatOf = (account: (typeof homes)[number]) => seats.get(account) ?? 0
      const movements = homes.map((account, n) => ({ account, moneyMicroEur: n * 2 - 11, positionWh: 11 - n * 2 }))
      const none = { supplierMicroEur: 0, gridMicroEur: 0, fundMicroEur: 0 }
      const parts = splitMovements(movements, none, { seatOf, groupsMax: 2 }).map(({ homes, counterparties }) =>
        packMovements(homes, counterparties, seatOf),
      )
      expect(parts.length).toBeGreaterThan(2)
      const bytes = parts.map((part) => part.bytes)
      const debitMicroEur = parts.reduce((sum, part) => sum + part.debitMicroEur, 0)
      yield* client.propose({ header, movementsHash: movementsHashOf(bytes), debitMicroEur })
      clock.pass(WINDOW_SECONDS * 1_000)
      const batch = yield* client.batchOf(1)
      if (batch === null) throw new Error('was proposed')

      const { send } = yield* openTransactions(chain)
      const args = [refOf(batch), partHashesOf(bytes), hexOfBytes(bytes[0] as Uint8Array<ArrayBuffer>)]
      const { vault } = contractsAt(deployment.addresses)
      yield* send(stranger.key, { ...vault, functionName: 'applyPart', args })
      expect([yield* client.partsApplied, yield* client.lastFinal]).toEqual([1, 0])
      yield* client.apply(batch, bytes)
      expect([yield* client.partsApplied, yield* client.lastFinal]).toEqual([0, 1])
      for (const { account, moneyMicroEur, positionWh } of movements) {
        expect(yield* client.balanceOf(account)).toBe(2_000_000 + moneyMicroEur)
        expect(yield* client.positionOf(account)).toBe(positionWh)
      }
      const events = yield* client.vaultEvents
      const booked = events.filter(({ type }) => type === 'PartApplied' || type === 'Applied')
      expect(booked.map(({ type }) => type)).toEqual([...parts.map(() => 'PartApplied'), 'Applied'])
    }),
  ))
