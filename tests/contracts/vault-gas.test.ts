import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { seatHomes } from './crowd.ts'
import { home } from './deliveries.ts'
import { below } from './random-movements.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, EUR, LIME, VaultChain } from './vault-chain.ts'

/** What the doors of the vault and the settlement cost, kept in git: `COMMONWATT_WRITE_GAS=1` writes the file anew. */
const file = join(import.meta.dirname, 'vault-gas.json')
/** How much one may differ from what is kept, either way. */
const TOLERANCE = 0.01
const HOMES = 1_000

const measured: Record<string, number> = {}
let chain: VaultChain

beforeAll(async () => {
  chain = await VaultChain.open({ windowSeconds: 0 })
  await chain.openNeighbourhood({ bond: 10n ** 15n })
  await seatHomes(chain, HOMES, 100 * EUR)
}, 300_000)
afterAll(() => chain.close())

/** A part in which so many homes move, as on an ordinary day, and all counterparties. */
function ordinaryPart(homes: number, seed: string): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed)
  let energy = 0n
  let money = 0n
  const seats = Array.from({ length: homes }, (_, n) => {
    const wh = n === homes - 1 ? -energy : BigInt(below(random, 12_000) - 6_000)
    const paid = BigInt(below(random, 4 * EUR) - 2 * EUR)
    energy += wh
    money += paid
    return { seat: n + 4, money: paid, wh }
  })
  return rawPart(seats, [-money - 1_250_000n, 1_000_000n, 250_000n])
}

it.for([
  [100, 40, 950],
  [1_000, 200, 345],
  [10_000, 1_000, 165],
] as const)('booking %i trades of %i homes costs at most %i gas a trade', async ([trades, homes, most]) => {
  // The first makes it a steady state: no field of a lane is empty any more.
  for (const seed of ['first', 'second']) {
    const batch = await chain.propose([ordinaryPart(homes, seed)])
    measured[`applyBatch, ${homes} homes`] = (await chain.apply(batch)).gasUsed
  }
  expect((measured[`applyBatch, ${homes} homes`] ?? Infinity) / trades).toBeLessThanOrEqual(most)
})

it('no door costs more or less than it did', { timeout: 300_000 }, async () => {
  const note = async (what: string, sent: Promise<{ readonly gasUsed: number }>) => {
    measured[what] = (await sent).gasUsed
  }
  const unsound = rawPart([{ seat: 4, money: 1n }])
  await chain.provide(cast.stranger, 100 * EUR)
  const deposit = (n: number) => chain.send(cast.stranger, 'vault', 'deposit', [LIME, home(n), 2 * EUR])
  await note('deposit, first', deposit(HOMES))
  await note('deposit, again', deposit(HOMES))
  await note('postBond', chain.send(cast.stranger, 'vault', 'postBond', [LIME, EUR]))
  await note('releaseBond', chain.send(cast.operator, 'vault', 'releaseBond', [LIME, EUR]))
  await note('requestWithdrawal', chain.send(home(0), 'vault', 'requestWithdrawal', [LIME, EUR]))
  const batch = await chain.batch([payment(4, 5, 1), payment(5, 4, 1), unsound])
  await note('propose', chain.sendProposal(batch))
  await note('applyPart, 2 homes', chain.applyPart(batch, 0))
  await note('applyPart, 2 homes, again', chain.applyPart(batch, 1))
  await note('skipUnsound', chain.skipUnsound(batch, 2))
  const one = await chain.propose([payment(4, 5, 1)])
  await note('applyBatch, 2 homes', chain.apply(one))
  await note('dropUnsound', chain.dropUnsound(await chain.propose([unsound])))
  chain.pass(14 * 86_400)
  await note('escape', chain.send(home(1), 'vault', 'escape', [LIME]))
  const poor = Array.from({ length: HOMES }, (_, n) => ({ seat: n + 4, money: -BigInt(200 * EUR), wh: 0n }))
  const clipped = await chain.propose([rawPart(poor, [BigInt(HOMES * 200 * EUR), 0n, 0n])])
  await note(`applyBatch, ${HOMES} homes that cannot pay`, chain.apply(clipped))

  if (process.env.COMMONWATT_WRITE_GAS !== undefined) writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`)
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
  expect(Object.keys(measured)).toEqual(Object.keys(kept))
  const changed = Object.entries(measured).filter(([what, gas]) => Math.abs(gas / (kept[what] ?? 0) - 1) > TOLERANCE)
  expect(changed).toEqual([])
})
