import { describe, expect, it } from 'vitest'
import { neighbourhoodIdOf, VaultLedger } from '#contracts/index.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { fund, grid, home, supplier } from './deliveries.ts'
import { below, mutated, soundPart } from './random-movements.ts'
import { readPart } from './raw-part.ts'
import { cast, EUR, type Proposed, VaultChain } from './vault-chain.ts'

/**
 * The packed ledger against `VaultLedger`, which knows nothing of lanes, words and carries: random batches, deposits and
 * withdrawals, and after each every balance, lock and position of the neighbourhood, its bond and its coins.
 */

const BATCHES = Number(process.env.COMMONWATT_TEST_BATCHES ?? 1_000)
/** Batches of one neighbourhood: balances stay below 2^53 µEUR. */
const BATCHES_A_STREET = 100
const STREETS_A_CHAIN = 10
const BOND = 2 ** 50

type Random = () => number

class Street {
  readonly neighbourhood: `0x${string}`
  readonly counts = { sound: 0, unsound: 0, clipped: 0, parts: 0 }
  readonly #chain: VaultChain
  readonly #random: Random
  readonly #ledger = new VaultLedger({ supplier, grid, fund })
  readonly #accounts: readonly `0x${string}`[]

  constructor(chain: VaultChain, name: string, random: Random) {
    this.#chain = chain
    this.#random = random
    this.neighbourhood = neighbourhoodIdOf(name)
    const homes = Array.from({ length: 1 + below(random, random() < 0.1 ? 60 : 16) }, (_, n) => home(n))
    this.#accounts = [supplier, grid, fund, ...homes]
  }

  async open(): Promise<void> {
    await this.#chain.openNeighbourhood({ neighbourhood: this.neighbourhood, bond: BOND, terms: { slotSeconds: 1 } })
    this.#ledger.moveBond(BOND)
    for (const account of this.#accounts.slice(3)) await this.#deposit(account, EUR)
  }

  get #seats(): number {
    return this.#accounts.length + 1
  }

  /** One batch, of one part or several, sound or not, and what may go before it. */
  async step(): Promise<void> {
    while (this.#random() < 0.5) await this.#moveMoney()
    const count = this.#random() < 0.2 ? 2 + below(this.#random, 3) : 1
    const sound = Array.from({ length: count }, () => soundPart(this.#random, this.#seats))
    const isMutated = this.#random() < 0.5
    const place = below(this.#random, count)
    const parts = isMutated ? sound.map((part, n) => (n === place ? mutated(this.#random, part) : part)) : sound
    const debit = this.#random() < 0.05 ? { debit: 1n } : {}
    const proposal = { header: { neighbourhood: this.neighbourhood }, ...debit }
    const batch = await this.#chain.batch(parts, proposal)
    if (batch.ref.state.debitMicroEur > this.#ledger.bondMicroEur) return
    await this.#chain.sendProposal(batch)
    await this.#settle(batch)
    await this.#compare()
  }

  async #settle(batch: Proposed): Promise<void> {
    const isDropped = await this.#tryToDrop(batch)
    this.counts[isDropped ? 'unsound' : 'sound']++
    if (isDropped) return
    if (batch.parts.length === 1) await this.#chain.apply(batch)
    else for (const part of batch.parts.keys()) await this.#chain.applyPart(batch, part)
    for (const part of batch.parts) this.#model(part)
    this.counts.parts += batch.parts.length
  }

  /** Whether the batch falls; then the vault must not book it, and otherwise it must (`MovementsCheck`). */
  async #tryToDrop(batch: Proposed): Promise<boolean> {
    const isOne = batch.parts.length === 1
    const dropped = await this.#chain.trial(() => this.#chain.dropUnsound(batch))
    if (!isOne) {
      if (dropped === null) await this.#drop(batch)
      return dropped === null
    }
    const booked = await this.#chain.trial(() => this.#chain.apply(batch))
    expect([dropped === null, booked === null]).toEqual([dropped === null, dropped !== null])
    if (dropped !== null) expect(dropped).toBe('MovementsInOrder()')
    else {
      expect(booked).toMatch(/^(MalformedMovements|WrongGroup|DoesNotConserve|WrongDebit)\(/)
      await this.#drop(batch)
    }
    return dropped === null
  }

  async #drop(batch: Proposed): Promise<void> {
    await this.#chain.dropUnsound(batch)
    const slashed = Math.max(100 * EUR, batch.ref.state.debitMicroEur)
    this.#ledger.moveBond(-Math.min(slashed, this.#ledger.bondMicroEur))
  }

  #model(part: Uint8Array): void {
    const { head, seats } = readPart(part)
    const before = this.#ledger.bondMicroEur
    const homes = seats
      .filter(({ seat }) => seat < this.#seats)
      .map(({ seat, money, wh }) => ({
        account: this.#accounts[seat - 1] as `0x${string}`,
        moneyMicroEur: Number(money),
        positionWh: Number(wh),
      }))
    const [supplierMicroEur, gridMicroEur, fundMicroEur] = head.map(Number) as [number, number, number]
    this.#ledger.apply(homes, { supplierMicroEur, gridMicroEur, fundMicroEur })
    if (this.#ledger.bondMicroEur < before) this.counts.clipped++
  }

  async #moveMoney(): Promise<void> {
    const account = this.#accounts[below(this.#random, this.#accounts.length)] as `0x${string}`
    const isDeposit = this.#random() < 0.6
    if (isDeposit) return this.#deposit(account, 1 + below(this.#random, this.#random() < 0.3 ? 2 ** 41 : 1_000 * EUR))
    const amount = Math.ceil(this.#ledger.balanceOf(account) * this.#random())
    if (amount === 0) return
    await this.#chain.send(account, 'vault', 'requestWithdrawal', [this.neighbourhood, amount])
    this.#ledger.requestWithdrawal(account, amount)
  }

  async #deposit(account: `0x${string}`, amount: number): Promise<void> {
    await this.#chain.send(cast.deployer, 'vault', 'deposit', [this.neighbourhood, account, amount])
    this.#ledger.deposit(account, amount)
  }

  async #compare(): Promise<void> {
    const { seats, bondMicroEur, partsApplied } = await this.#chain.books(this.neighbourhood)
    const told = seats.slice(1).map((seat) => [seat.balanceMicroEur, seat.lockedMicroEur, seat.positionWh].map(Number))
    const ledger = this.#ledger
    const wanted = this.#accounts.map((account) =>
      // What is 0 may be −0 there.
      [ledger.balanceOf(account), ledger.lockedOf(account), ledger.positionOf(account)].map((amount) => amount + 0),
    )
    expect(told).toEqual(wanted)
    expect([Number(bondMicroEur), Number(partsApplied)]).toEqual([ledger.bondMicroEur, 0])
  }

  /** I1: as the model has it, of all streets of the chain. */
  get heldMicroEur(): number {
    return this.#ledger.heldMicroEur
  }
}

describe('the packed ledger', { timeout: 60_000 + BATCHES * 200 }, () => {
  it(`books what the plain ledger does, and nothing else, over ${BATCHES} batches`, async () => {
    const counts = { sound: 0, unsound: 0, clipped: 0, parts: 0 }
    const streets = Math.ceil(BATCHES / BATCHES_A_STREET)
    for (let first = 0; first < streets; first += STREETS_A_CHAIN) {
      const chain = await VaultChain.open({ windowSeconds: 0 })
      await chain.provide(cast.deployer, 2n ** 100n)
      let held = 0n
      for (let n = first; n < Math.min(streets, first + STREETS_A_CHAIN); n++) {
        const name = `ledger ${n}`
        const street = new Street(chain, name, seededRandom(name))
        await street.open()
        for (let batch = 0; batch < BATCHES_A_STREET; batch++) {
          const wrong = await street.step().then(
            () => null,
            (cause) => cause,
          )
          if (wrong !== null) throw new Error(`seed "${name}", batch ${batch + 1}: ${wrong.message}`, { cause: wrong })
        }
        for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += street.counts[key]
        held += BigInt(street.heldMicroEur)
        expect((await chain.books(street.neighbourhood)).heldMicroEur).toBe(held)
      }
      await chain.close()
    }
    // The batches are of all kinds that this test speaks for.
    expect(Math.min(counts.sound, counts.unsound, counts.clipped, counts.parts)).toBeGreaterThan(BATCHES / 10)
  })
})
