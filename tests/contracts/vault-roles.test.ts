import type { Abi } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { neighbourhoodIdOf } from '#contracts/index.ts'
import { packState, partHashesOf } from '#contracts/settlement/batch-digest.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { g2Infinity, g2Words } from './bls.ts'
import { fund, grid, home, supplier } from './deliveries.ts'
import { noTerms } from './no-terms.ts'
import { payment, rawPart } from './raw-part.ts'
import { cast, ELM, EUR, LIME, type Proposed, VaultChain } from './vault-chain.ts'

type Hex = `0x${string}`

/** Every role at every door of the vault and the settlement. */

const WINDOW = 3_600
const DAY = 86_400
const [alice, bob] = [4, 5]
const roles = { ...cast, alice: home(0), bob: home(1), supplier, grid, fund }
type Role = keyof typeof roles
const everybody = Object.keys(roles) as Role[]
const accounts: readonly Role[] = ['alice', 'bob', 'supplier', 'grid', 'fund']

/** A function that changes something: who may call it, what the others are told, and whose money it may take. */
interface Door {
  readonly may: readonly Role[]
  readonly others?: (caller: Hex) => string
  readonly args: (caller: Hex) => readonly unknown[]
  /** what must have happened before */
  readonly after?: () => Promise<unknown>
  /** whose money may become less by it, beside the caller's own; `bond`: that of the operator's bond */
  readonly takes?: readonly (Role | 'bond')[]
}

let chain: VaultChain
/** Alice pays Bob; Alice pays Bob, and money comes out of nothing; money comes out of nothing. */
let sound: Proposed
let mixed: Proposed
let unsound: Proposed

beforeAll(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
  const elsewhere = neighbourhoodIdOf('oak-lane')
  await chain.openNeighbourhood({ neighbourhood: elsewhere, operator: cast.otherOperator })
  for (const role of accounts) {
    await chain.deposit(roles[role], 100 * EUR)
    await chain.send(roles[role], 'vault', 'requestWithdrawal', [LIME, 30 * EUR])
  }
  for (const role of everybody) await chain.provide(roles[role], 50 * EUR)
  sound = await chain.propose([payment(alice, bob, 5)])
  const nothing = rawPart([{ seat: alice, money: 1n }])
  mixed = await chain.propose([payment(alice, bob, 7), nothing])
  unsound = await chain.propose([nothing])
})
afterAll(() => chain.close())

const later = async (seconds: number) => chain.pass(seconds)
const begin = async () => {
  chain.pass(WINDOW)
  await chain.apply(sound)
  await chain.applyPart(mixed, 0)
}
const shown = ({ parts }: Proposed) => parts.map((part) => hexOfBytes(part as Uint8Array<ArrayBuffer>))
const notSettlement = (caller: Hex) => `NotSettlement(${caller})`
const inner = (args: () => readonly unknown[]): Door => ({ may: [], others: notSettlement, args })
const anyone = { may: everybody }

const doors: Record<'vault' | 'settlement', Record<string, () => Door>> = {
  vault: {
    deposit: () => ({ ...anyone, args: () => [LIME, roles.alice, EUR] }),
    depositWithPermit: () => ({ ...anyone, args: () => [LIME, roles.alice, EUR, 0, 0, LIME, LIME] }),
    postBond: () => ({ ...anyone, args: () => [LIME, EUR] }),
    requestWithdrawal: () => ({
      may: accounts,
      others: (caller) => `InsufficientBalance(${caller}, 0, ${EUR})`,
      args: () => [LIME, EUR],
    }),
    claimWithdrawal: () => ({
      may: accounts,
      others: (caller) => `NothingToClaim(${caller})`,
      args: () => [LIME],
      after: async () => {
        chain.pass(2 * DAY)
        for (const batch of [sound, mixed]) await chain.applyPart(batch, 0)
        await chain.skipUnsound(mixed, 1)
        await chain.dropUnsound(unsound)
        const slot = Math.floor(chain.now / 900) - 1
        const last = await chain.propose([rawPart([])], { header: { firstSlot: slot, lastSlot: slot } })
        chain.pass(WINDOW)
        await chain.apply(last)
      },
    }),
    escape: () => ({
      may: accounts,
      others: (caller) => `NothingToClaim(${caller})`,
      args: () => [LIME],
      after: () => later(14 * DAY),
    }),
    releaseBond: () => ({
      may: ['operator'],
      others: (caller) => `NotOperator(${caller})`,
      args: () => [LIME, EUR],
      takes: ['bond'],
    }),
    applyBatch: () => ({
      ...anyone,
      takes: ['alice'],
      after: () => later(WINDOW),
      args: () => [LIME, 1, sound.ref.headerHash, packState(sound.ref.state), ...shown(sound)],
    }),
    applyPart: () => ({
      ...anyone,
      takes: ['alice'],
      after: () => later(WINDOW),
      args: () => [sound.ref, partHashesOf(sound.parts), ...shown(sound)],
    }),
    open: () => inner(() => [ELM, supplier, grid, fund]),
    expect: () => inner(() => [LIME, 1, LIME]),
    skipPart: () => inner(() => [mixed.ref, partHashesOf(mixed.parts), shown(mixed)[1]]),
    skipRest: () => inner(() => [LIME, 1]),
    applyConsented: () => inner(() => [LIME, 1, LIME, 0, '0x']),
    slashBond: () => inner(() => [LIME, EUR, roles.stranger]),
  },
  settlement: {
    link: () => ({
      may: [],
      others: (caller) => `CannotLink(${caller})`,
      args: () => [roles.stranger, roles.stranger],
    }),
    applyConsented: () => ({
      may: [],
      others: () => 'NoKey(1)',
      args: () => [sound.ref, shown(sound)[0], g2Words(g2Infinity)],
    }),
    openNeighbourhood: () => ({
      ...anyone,
      args: (operator) => [ELM, { operator, supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }, noTerms],
    }),
    announceTerms: () => ({
      may: ['operator'],
      others: (caller) => `NotOperator(${caller})`,
      args: () => [LIME, noTerms, 10 ** 9],
    }),
    propose: () => ({
      may: ['operator'],
      others: (caller) => `NotOperator(${caller})`,
      args: () => [{ ...unsound.header, number: 4, firstSlot: 4, lastSlot: 4 }, LIME, 0],
    }),
    dropUnsound: () => ({ ...anyone, takes: ['bond'], args: () => [unsound.ref, shown(unsound)] }),
    skipUnsound: () => ({
      ...anyone,
      takes: ['bond'],
      after: begin,
      args: () => [mixed.ref, partHashesOf(mixed.parts), shown(mixed)[1]],
    }),
    dropExpired: () => ({
      ...anyone,
      takes: ['bond'],
      after: () => later(WINDOW + 14 * DAY),
      args: () => [unsound.ref],
    }),
    fall: () => ({
      may: ['disputes'],
      others: (caller) => `NotDisputes(${caller})`,
      takes: ['bond'],
      args: (caller) => [sound.ref, caller],
    }),
    countDemand: () => ({
      may: ['disputes'],
      others: (caller) => `NotDisputes(${caller})`,
      args: () => [sound.ref, false],
    }),
    lengthen: () => ({
      may: ['guardian'],
      others: (caller) => `NotGuardian(${caller})`,
      args: () => [sound.ref, 7 * DAY],
    }),
    pauseIntake: () => ({ may: ['guardian'], others: (caller) => `NotGuardian(${caller})`, args: () => [7 * DAY] }),
  },
}

/** What everybody has, in the vault and outside, and the operator's bond. */
async function wealth(): Promise<Record<Role | 'bond', bigint>> {
  const owned = await Promise.all(
    everybody.map(async (role) => {
      const account = roles[role]
      const wallet = (await chain.read('coin', 'balanceOf', [account])) as bigint
      const free = (await chain.read('vault', 'balanceOf', [LIME, account])) as bigint
      const { amountMicroEur } = (await chain.read('vault', 'withdrawalOf', [LIME, account])) as {
        amountMicroEur: bigint
      }
      return [role, wallet + free + amountMicroEur] as const
    }),
  )
  const bond = (await chain.read('vault', 'bondOf', [LIME])) as bigint
  return { ...Object.fromEntries(owned), bond } as Record<Role | 'bond', bigint>
}

describe.for(['vault', 'settlement'] as const)('the doors of the %s', (name) => {
  it('are all known here', () => {
    const changing = (readArtifact(name === 'vault' ? 'Vault' : 'Settlement').abi as Abi)
      .filter((item) => item.type === 'function')
      .filter(({ stateMutability }) => stateMutability !== 'view' && stateMutability !== 'pure')
    expect(changing.map((item) => item.name).sort()).toEqual(Object.keys(doors[name]).sort())
    expect(changing.filter(({ stateMutability }) => stateMutability === 'payable')).toEqual([])
  })

  it.for(Object.entries(doors[name]))(
    '%s: is open to whom it is for, and takes nobody else’s money',
    async ([door, of]) => {
      for (const role of everybody) {
        const { may, others, args, after, takes = [] } = of()
        const began = chain.now
        const caller = roles[role]
        const refused = await chain.trial(async () => {
          await after?.()
          const before = await wealth()
          const told = await chain.send(caller, name, door, args(caller)).then(
            () => null,
            (cause: Error) => cause.message,
          )
          const now = await wealth()
          const poorer = (Object.keys(now) as (Role | 'bond')[]).filter((whose) => now[whose] < before[whose])
          expect([role, poorer.filter((whose) => whose !== role && !takes.includes(whose))]).toEqual([role, []])
          if (told !== null) {
            expect([role, now]).toEqual([role, before])
            throw new Error(told)
          }
        })
        chain.pass(began - chain.now)
        expect([role, refused]).toEqual([role, may.includes(role) ? null : others?.(caller)])
      }
    },
  )
})
