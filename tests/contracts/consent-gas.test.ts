import { bytesToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { headerHashOf, movementsHashOf, packState } from '#contracts/settlement/batch-digest.ts'
import { packMovements } from '#contracts/settlement/packed-movements.ts'
import { addressOf } from '#protocol/signing.ts'
import { onBareChain } from './bare-chain.ts'
import { g2Words } from './bls.ts'
import { type ConsentStreet, consentOf, consentStreet, type Member, registerKeys } from './consent-street.ts'
import { zeroHash } from './deliveries.ts'
import { noTermsHash } from './no-terms.ts'
import { person } from './on-chain.ts'

const SLOT_MS = 900_000
const WINDOW_MS = 3_600_000
/** The largest street to measure: 1,000 homes take some minutes to register. */
const HOMES_MAX = Number(process.env.COMMONWATT_TEST_HOMES ?? 40)
const anybody = person(0xa)

/** Movements that debit homes for the supplier. */
function packed(homes: readonly Member[]) {
  const rows = homes.map(({ account }) => ({ account, moneyMicroEur: -1_000_000, positionWh: 0 }))
  const seats = new Map(homes.map(({ account, seat }) => [account, seat]))
  const counterparties = { supplierMicroEur: 1_000_000 * homes.length, gridMicroEur: 0, fundMicroEur: 0 }
  return packMovements(rows, counterparties, (account) => seats.get(account) ?? 0)
}

/** Proposes batches one after the other, and measures the transactions that apply them. */
function settleOn({ chain, settlement, vault, neighbourhood }: ConsentStreet) {
  const firstSlot = Math.floor(chain.clock.timeMs / SLOT_MS) - 10
  let number = 0
  const propose = async (debited: readonly Member[]) => {
    number++
    const { bytes, debitMicroEur } = packed(debited)
    const slot = firstSlot + number
    const roots = { tradesRoot: zeroHash, statementsRoot: zeroHash, billsRoot: zeroHash, creditsRoot: zeroHash }
    const hashes = { ...roots, termsHash: noTermsHash, logHead: zeroHash, archiveHash: zeroHash }
    const header = { neighbourhood, number, firstSlot: slot, lastSlot: slot, ...hashes, tradedWh: 0 }
    const big = { number: BigInt(number), firstSlot: BigInt(slot), lastSlot: BigInt(slot), tradedWh: 0n }
    const [headerHash, movementsHash] = [headerHashOf(header), movementsHashOf([bytes])]
    const closesAt = Math.floor((chain.clock.timeMs + WINDOW_MS) / 1000)
    const state = { closesAt, debitMicroEur, openDemands: 0, isLengthened: false }
    await chain.send(chain.operatorKey, settlement, 'propose', [
      { ...header, ...big },
      movementsHash,
      BigInt(debitMicroEur),
    ])
    return { number: BigInt(number), headerHash, movementsHash, state, movements: bytesToHex(bytes) }
  }
  return {
    afterTheWindow: async (debited: readonly Member[]) => {
      const batch = await propose(debited)
      chain.clock.pass(WINDOW_MS)
      const args = [neighbourhood, batch.number, batch.headerHash, packState(batch.state), batch.movements]
      return (await chain.send(anybody.key, vault, 'applyBatch', args)).gasUsed
    },
    byConsent: async (street: ConsentStreet, signers: readonly Member[]) => {
      const { state, movements, ...batch } = await propose(street.homes)
      const signature = g2Words(await consentOf(street, batch, signers))
      const ref = { neighbourhood, ...batch, state: { ...state, debitMicroEur: BigInt(state.debitMicroEur) } }
      const args = [ref, movements, signature]
      return (await chain.send(anybody.key, settlement, 'applyConsented', args)).gasUsed
    },
  }
}

describe('the gas of consent, on top of booking the batch after its window', () => {
  const budgets = [
    [40, 190_000],
    [200, 275_000],
    [1_000, 650_000],
  ] as const
  it.for(budgets.filter(([count]) => count <= HOMES_MAX))(
    'of %i debited homes is below %i',
    { timeout: 600_000 },
    ([count, gasMax]) =>
      onBareChain(async (chain) => {
        const street = await consentStreet(chain, count)
        const { settlement, vault, keys, neighbourhood, homes } = street
        const key = chain.operatorKey
        await chain.send(key, settlement, 'link', [addressOf(key), keys.address])
        await chain.send(key, vault, 'postBond', [neighbourhood, 10n ** 10n])
        const everybody = [...street.counterparties, ...homes]
        const registered = await registerKeys(street, everybody)
        const settle = settleOn(street)
        await settle.afterTheWindow(homes)
        const gas = (await settle.byConsent(street, everybody)) - (await settle.afterTheWindow(homes))
        console.log(`${count} homes: ${gas} gas; registering: ${registered.at(-1)}`)
        expect(gas).toBeLessThan(gasMax)
      })(),
  )
})

describe('a batch that is final at once', () => {
  it('needs everybody who has a seat: a seller whom it leaves out, and who gets nothing of it, too', () =>
    onBareChain(async (chain) => {
      const street = await consentStreet(chain, 5)
      const { settlement, vault, keys, neighbourhood, homes } = street
      await chain.send(chain.operatorKey, settlement, 'link', [addressOf(chain.operatorKey), keys.address])
      await chain.send(chain.operatorKey, vault, 'postBond', [neighbourhood, 10n ** 10n])
      const [seller, ...buyers] = homes
      if (seller === undefined) throw new Error('a street has homes')
      const willing = [...street.counterparties, ...buyers]
      await registerKeys(street, willing)
      const settle = settleOn(street)
      await expect(settle.byConsent(street, willing)).rejects.toThrow(/applyConsented reverted/)
      await registerKeys(street, [seller])
      await expect(settle.byConsent(street, willing)).rejects.toThrow(/applyConsented reverted/)
    })())
})
