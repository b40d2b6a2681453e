import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { type ChainFailure, connectChain, neighbourhoodIdOf } from '#contracts/index.ts'
import { creditsTreeOf } from '#contracts/settlement/merkle-tree.ts'
import { home, supplier, zeroHash } from './deliveries.ts'
import { person, refusalOf, run, type TestChain, testChain, WINDOW_SECONDS } from './on-chain.ts'

const [alice, bob, stranger] = [person(0xa), person(0xb), person(0xc)]
const neighbourhood = neighbourhoodIdOf('lime-street')
const window = WINDOW_SECONDS * 1_000

const proposal = (number = 1, over: object = {}) => ({
  neighbourhood,
  number,
  firstSlot: number * 10,
  lastSlot: number * 10 + 3,
  tradesRoot: zeroHash,
  statementsRoot: zeroHash,
  creditsRoot: zeroHash,
  archiveHash: zeroHash,
  backstop: bob.account,
  tradedWh: 0,
  ...over,
})

/** Alice pays Bob. */
const payment = (moneyMicroEur: number, over: object = {}) =>
  [
    { account: alice.account, moneyMicroEur: -moneyMicroEur, positionWh: 0, deviationWh: 0, ...over },
    { account: bob.account, moneyMicroEur, positionWh: 0, deviationWh: 0 },
  ].sort((a, b) => (a.account < b.account ? -1 : 1))

const revertOf = <A>(effect: Effect.Effect<A, ChainFailure>) => Effect.map(refusalOf(effect), ({ revert }) => revert)

/** Alice has 100 µEUR, Bob 50; proposed batches are in a window. */
const funded = (body: (t: TestChain) => Effect.Effect<void, Error>) => () =>
  run(
    Effect.gen(function* () {
      const t = yield* testChain()
      yield* t.client.fund([
        { account: alice.account, amountMicroEur: 100 },
        { account: bob.account, amountMicroEur: 50 },
      ])
      yield* body(t)
    }),
  )

const balances = ({ client }: TestChain) => Effect.all([client.balanceOf(alice.account), client.balanceOf(bob.account)])

describe('Settlement', () => {
  it.for([
    ['money', payment(60).map((m, i) => (i === 0 ? { ...m, moneyMicroEur: m.moneyMicroEur + 1 } : m))],
    ['traded energy', payment(60, { positionWh: 1 })],
    ['deviations', payment(60, { deviationWh: -1 })],
  ] as const)('I3: refuses a batch whose %s does not sum to zero, and nothing is changed', ([, movements]) =>
    funded((t) =>
      Effect.gen(function* () {
        expect(yield* revertOf(t.client.propose(proposal(), movements))).toBe('DoesNotSumToZero')
        expect(yield* t.client.batchOf(neighbourhood, 1)).toBeNull()
        expect(yield* balances(t)).toEqual([100, 50])
        yield* t.client.propose(proposal(), payment(60)) // number 1 is still free
      }),
    )(),
  )

  it(
    'moves balances once, after the window, by the proposed movements only',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.propose(proposal(), payment(60))
        expect(yield* balances(t)).toEqual([100, 50])
        expect(yield* revertOf(t.client.finalize(neighbourhood, 1, payment(60)))).toBe('WindowOpen')
        t.clock.pass(window)
        expect(yield* revertOf(t.client.finalize(neighbourhood, 1, payment(61)))).toBe('WrongMovements')
        yield* t.client.finalize(neighbourhood, 1, payment(60))
        expect(yield* balances(t)).toEqual([40, 110])
        expect(yield* revertOf(t.client.finalize(neighbourhood, 1, payment(60)))).toBe('WrongNumber')
      }),
    ),
  )

  it(
    'numbers batches from 1 without gaps, slots going up, in each neighbourhood by itself',
    funded((t) =>
      Effect.gen(function* () {
        expect(yield* revertOf(t.client.propose(proposal(2), []))).toBe('WrongNumber')
        yield* t.client.propose(proposal(1), [])
        expect(yield* revertOf(t.client.propose(proposal(1), []))).toBe('WrongNumber')
        expect(yield* revertOf(t.client.propose(proposal(2, { firstSlot: 13 }), []))).toBe('WrongSlots')
        yield* t.client.propose(proposal(2), [])
        yield* t.client.propose(proposal(1, { neighbourhood: neighbourhoodIdOf('elm-road') }), [])
        t.clock.pass(window)
        expect(yield* revertOf(t.client.finalize(neighbourhood, 2, []))).toBe('WrongNumber')
      }),
    ),
  )

  it(
    'takes proposals from the operator only',
    funded((t) =>
      Effect.gen(function* () {
        const { rpcUrl } = t.chain
        const other = yield* connectChain({ rpcUrl, operatorKey: stranger.key, addresses: t.deployment.addresses })
        expect(yield* revertOf(other.propose(proposal(), []))).toBe('NotOperator')
      }),
    ),
  )

  it(
    'I10: a final batch never changes',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.propose(proposal(), payment(60))
        t.clock.pass(window)
        yield* t.client.finalize(neighbourhood, 1, payment(60))
        const final = yield* t.client.batchOf(neighbourhood, 1)
        const other = proposal(1, { tradesRoot: `0x${'1'.repeat(64)}` })
        expect(yield* revertOf(t.client.propose(other, payment(60)))).toBe('WrongNumber')
        expect(yield* t.client.batchOf(neighbourhood, 1)).toEqual(final)
      }),
    ),
  )

  it(
    'refuses an account listed twice',
    funded((t) =>
      Effect.gen(function* () {
        const [first] = payment(0)
        if (first === undefined) throw new Error('a payment has two sides')
        expect(yield* revertOf(t.client.propose(proposal(), [first, first]))).toBe('AccountsNotAscending')
      }),
    ),
  )

  it(
    'settles 500 new accounts in one transaction, and refuses more',
    funded((t) =>
      Effect.gen(function* () {
        const payees = (count: number) =>
          Array.from({ length: count }, (_, n) => ({
            account: home(n),
            moneyMicroEur: 1,
            positionWh: 0,
            deviationWh: 0,
          }))
        expect(yield* revertOf(t.client.propose(proposal(), payees(501)))).toBe('TooManyAccounts')
        yield* t.client.fund([{ account: supplier, amountMicroEur: 499 }])
        const payer = { account: supplier, moneyMicroEur: -499, positionWh: 0, deviationWh: 0 }
        const movements = [...payees(499), payer]
        yield* t.client.propose(proposal(), movements)
        t.clock.pass(window)
        yield* t.client.finalize(neighbourhood, 1, movements)
        expect(yield* t.client.balanceOf(supplier)).toBe(0)
        expect(yield* t.client.balanceOf(home(498))).toBe(1)
      }),
    ),
  )
})

describe('Vault', () => {
  it(
    'clips an account that cannot pay; the backstop bears the rest and the batch passes',
    funded((t) =>
      Effect.gen(function* () {
        const backed = proposal(1, { backstop: stranger.account })
        yield* t.client.fund([{ account: stranger.account, amountMicroEur: 30 }])
        yield* t.client.propose(backed, payment(120))
        t.clock.pass(window)
        yield* t.client.finalize(neighbourhood, 1, payment(120))
        expect(yield* balances(t)).toEqual([0, 170])
        expect(yield* t.client.balanceOf(stranger.account)).toBe(10)
      }),
    ),
  )

  it(
    'waits for a deposit when even the backstop cannot pay, and changes nothing until then',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.propose(proposal(1, { backstop: stranger.account }), payment(120))
        t.clock.pass(window)
        expect(yield* revertOf(t.client.finalize(neighbourhood, 1, payment(120)))).toBe('BackstopInsolvent')
        expect(yield* balances(t)).toEqual([100, 50])
        yield* t.client.fund([{ account: stranger.account, amountMicroEur: 20 }])
        yield* t.client.finalize(neighbourhood, 1, payment(120))
        expect(yield* balances(t)).toEqual([0, 170])
      }),
    ),
  )

  it(
    'lets money leave to its owner after a request, a window, and every batch before it',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.propose(proposal(), payment(60))
        t.clock.pass(1_000)
        expect(yield* revertOf(t.client.requestWithdrawal(alice.key, 101))).toBe('InsufficientBalance')
        yield* t.client.requestWithdrawal(alice.key, 100)
        expect(yield* balances(t)).toEqual([0, 50])
        expect(yield* revertOf(t.client.claimWithdrawal(alice.key))).toBe('WithdrawalTooEarly')
        t.clock.pass(window)
        expect(yield* revertOf(t.client.claimWithdrawal(alice.key))).toBe('BatchesNotFinal')
        yield* t.client.finalize(neighbourhood, 1, payment(60)) // locked money is still liable
        expect(yield* t.client.withdrawalOf(alice.account)).toBe(40)
        yield* t.client.claimWithdrawal(alice.key)
        expect(yield* t.client.walletOf(alice.account)).toBe(40)
        expect(yield* revertOf(t.client.claimWithdrawal(alice.key))).toBe('NothingToClaim')
        expect(yield* balances(t)).toEqual([0, 110])
      }),
    ),
  )

  it(
    'I1: holds exactly what its accounts own',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.requestWithdrawal(alice.key, 30)
        const [a, b] = yield* balances(t)
        const locked = yield* t.client.withdrawalOf(alice.account)
        expect(yield* t.client.walletOf(t.deployment.addresses.vault)).toBe(a + b + locked)
      }),
    ),
  )

  it(
    'is funded once, however often it is asked',
    funded((t) =>
      Effect.gen(function* () {
        yield* t.client.fund([{ account: alice.account, amountMicroEur: 100 }])
        expect(yield* balances(t)).toEqual([100, 50])
      }),
    ),
  )
})

describe('EnergyCredit', () => {
  const credits = [
    { account: alice.account, source: bob.account, slot: 10, amountWh: 700 },
    { account: stranger.account, source: bob.account, slot: 10, amountWh: 50 },
    { account: alice.account, source: bob.account, slot: 14, amountWh: 9 },
  ]
  const { root, claims } = creditsTreeOf(credits)
  const [first, second, beyond] = claims
  if (first === undefined || second === undefined || beyond === undefined) throw new Error('a claim for each credit')

  it(
    'mints each leaf of a final batch once, to its account',
    funded((t) =>
      Effect.gen(function* () {
        const { client } = t
        yield* client.propose(proposal(1, { creditsRoot: root }), [])
        expect(yield* revertOf(client.claimMany(neighbourhood, 1, [first]))).toBe('BatchNotFinal')
        t.clock.pass(window)
        yield* client.finalize(neighbourhood, 1, [])
        expect(yield* client.unclaimed(neighbourhood, [first, second])).toEqual([first, second])
        yield* client.claimMany(neighbourhood, 1, [first])
        expect(yield* client.unclaimed(neighbourhood, [first, second])).toEqual([second])
        expect(yield* revertOf(client.claimMany(neighbourhood, 1, [second, first]))).toBe('AlreadyClaimed')
        expect(yield* revertOf(client.claimMany(neighbourhood, 1, [{ ...second, amountWh: 51 }]))).toBe('WrongProof')
        expect(yield* revertOf(client.claimMany(neighbourhood, 1, [beyond]))).toBe('SlotNotInBatch')
        const id = yield* client.creditIdOf(neighbourhood, 10, bob.account)
        expect(yield* client.creditBalanceOf(alice.account, id)).toBe(700)
        expect(yield* client.creditBalanceOf(stranger.account, id)).toBe(0)
      }),
    ),
  )

  it(
    'takes a hundred leaves in one transaction',
    funded((t) =>
      Effect.gen(function* () {
        const many = Array.from({ length: 100 }, (_, n) => ({
          account: alice.account,
          source: home(n),
          slot: 11,
          amountWh: 1,
        }))
        const tree = creditsTreeOf(many)
        yield* t.client.propose(proposal(1, { creditsRoot: tree.root }), [])
        t.clock.pass(window)
        yield* t.client.finalize(neighbourhood, 1, [])
        yield* t.client.claimMany(neighbourhood, 1, tree.claims)
        expect((yield* t.client.creditTotals).mintedWh).toBe(100)
      }),
    ),
  )

  it(
    'I2: credits there are = minted − retired, and only owners retire',
    funded((t) =>
      Effect.gen(function* () {
        const { client } = t
        yield* client.propose(proposal(1, { creditsRoot: root }), [])
        t.clock.pass(window)
        yield* client.finalize(neighbourhood, 1, [])
        yield* client.claimMany(neighbourhood, 1, [first, second])
        const id = yield* client.creditIdOf(neighbourhood, 10, bob.account)
        yield* client.retire(alice.key, id, 200)
        expect(yield* revertOf(client.retire(bob.key, id, 1))).toBe('ERC6909InsufficientBalance')
        expect(yield* client.creditTotals).toEqual({ mintedWh: 750, retiredWh: 200 })
        expect(yield* client.creditBalanceOf(alice.account, id)).toBe(500)
      }),
    ),
  )
})
