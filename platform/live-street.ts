import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import {
  type ChainClient,
  type ChainFailure,
  connectChain,
  connectChainReader,
  connectDeviceRegistry,
  connectRpc,
  connectTradingKeysReader,
  type Deployment,
  deploy,
  forgetLocalChain,
  makeConfirmed,
  makeFundsFeed,
  makeSettler,
  makeStandings,
  neighbourhoodIdOf,
  openTransactions,
  type SettlementEvent,
  type Settler,
  startLocalChain,
  termsOf,
} from '#contracts/index.ts'
import { type Neighbourhood, openNeighbourhood, openSqliteEventLog, serveGateway } from '#matching-engine/index.ts'
import {
  type Agent,
  loadOrGenerateAccountKey,
  loadOrGenerateKey,
  makeAgent,
  rampTrader,
  zeroIntelligenceTrader,
} from '#meter-agent/index.ts'
import type { Clock } from '#protocol/clock.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { addressOf, keccak, secp256k1Signer, sign } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { SimulatedStreet } from '#sim/index.ts'
import { makeDeviceRegistrar } from './device-registrar.ts'
import { type EmulatedDevice, emulateDevice } from './emulated-device.ts'
import { followChain } from './follow-chain.ts'
import { joinHomes } from './join-homes.ts'
import { troublesOf } from './readiness.ts'
import { ARCHIVE_KEY } from './verify/archive-key.ts'
import { keepNodeFile } from './verify/node-file.ts'

/** What each home has in the vault once it has enrolled, and the supplier at the start, µEUR of test money. */
export const HOME_ESCROW_MICRO_EUR = 1_000_000_000
export const SUPPLIER_ESCROW_MICRO_EUR = 1_000_000_000_000

/** What answers for the batches that are not final, µEUR of test money: each may debit so much together. */
const OPERATOR_BOND_MICRO_EUR = 100_000_000_000

/** The last block of somebody else's chain that counted. */
const CONFIRMED_FILE = 'confirmed.json'

/** What is sent to the chain and has not ended. */
const TRANSACTIONS_FILE = 'transactions.ndjson'

/** How long a request to register a device of the street is good for, seconds. */
const JOIN_SECONDS = 86_400

/** A chain that is there already. `operatorKey` pays for the settlement's transactions. */
export interface ChainAccess {
  readonly rpcUrl: string
  readonly operatorKey: `0x${string}`
  /** blocks that must follow one before it counts: as many as the chain may still take back */
  readonly confirmations: number
}

export interface LiveStreetOptions {
  readonly street: SimulatedStreet
  readonly clock: Clock
  readonly rules: MarketRules
  /** where log, chain, archive, keys and outboxes live; a folder that is there */
  readonly folder: string
  readonly host: string
  /** of the page and the API; 0 takes any free one */
  readonly port: number
  /** the first home's emulator listens on the port after this one, if that is free, the others behind it */
  readonly emulatorBasePort?: number
  readonly pageDir?: string
  /** a chain in this process if left out */
  readonly chain?: ChainAccess
}

/** A home of the street with its emulated device and its agent. */
interface LiveHome {
  readonly home: string
  readonly device: EmulatedDevice
  readonly agent: Agent
}

/** Every part of a street, opened and connected, none of them moving yet. */
export interface LiveStreet {
  readonly url: string
  /** Has the gateway refuse orders, cancels and enrolments from now on. */
  readonly prepareToStop: () => void
  readonly neighbourhood: Neighbourhood
  readonly homes: readonly LiveHome[]
  readonly chain: ChainClient
  readonly deployment: Deployment
  readonly settler: Settler
  /** Runs for ever; fails once the chain has taken back what was told. */
  readonly followChain: Effect.Effect<never, ChainFailure>
  /** Gives homes that are new their test money, and tells the log what all of them have in the vault. */
  readonly lookAtFunds: (nowMs: number) => Effect.Effect<void, ChainFailure>
  readonly supplier: `0x${string}`
  readonly grid: `0x${string}`
  readonly fund: `0x${string}`
  /** signs and submits the estimates of statements that missed the metering deadline */
  readonly estimateMissing: (nowMs: number) => Effect.Effect<void, { readonly message: string }>
}

/**
 * Opens a street: chain and contracts, event log and engine, gateway, emulated devices, agents, settlement. Opened
 * with a folder that was used before, each part goes on where it was. All closes with the scope.
 */
export const openLiveStreet = (options: LiveStreetOptions) =>
  Effect.gen(function* () {
    const { street, clock, rules, folder, host } = options
    const inFolder = (...path: string[]) => join(folder, ...path)
    const keyUri = (name: string) => pathToFileURL(inFolder('keys', name)).href
    const keyIn = (name: string) => loadOrGenerateAccountKey(keyUri(name))

    const logFile = inFolder('log.sqlite')
    const log = yield* openSqliteEventLog(logFile)
    if (options.chain === undefined && (yield* log.head(street.neighbourhood)) === 0) {
      // Nothing was promised yet: what a first start that died has left of its chain is not worth mending.
      yield* forgetLocalChain(folder)
      yield* Effect.sync(() => {
        rmSync(inFolder('deployment'), { recursive: true, force: true })
        rmSync(inFolder(TRANSACTIONS_FILE), { force: true })
      })
    }
    const access = options.chain ?? (yield* startLocalChain({ clock, dataDir: folder }))
    // Not the chain's key: a local chain's is known to everybody.
    const estimatorKey = yield* keyIn('operator')
    const deployment = yield* deploy({
      ...access,
      disputeWindowSeconds: Math.ceil(rules.disputeWindowMs / 1000),
      slotMinutes: rules.slotMinutes,
      directory: inFolder('deployment'),
    })
    const supplier = addressOf(yield* keyIn('supplier'))
    const grid = addressOf(yield* keyIn('grid'))
    const fund = addressOf(yield* keyIn('fund'))
    const { addresses } = deployment
    const transactions = yield* openTransactions({
      rpcUrl: access.rpcUrl,
      journalFile: inFolder(TRANSACTIONS_FILE),
    })
    // A chain of its own forgets nothing that was told: its journal is as durable as the log.
    const { confirmations = 0 } = options.chain ?? {}
    const confirmed = yield* makeConfirmed({
      rpc: yield* connectRpc(access.rpcUrl),
      confirmations,
      ...(options.chain === undefined ? {} : { file: inFolder(CONFIRMED_FILE) }),
    })
    yield* confirmed.block
    const told = confirmations === 0 ? {} : { atBlock: confirmed.block }
    // Before anybody looks what is there: what was on its way when the process ended comes to its end first.
    yield* transactions.resume(access.operatorKey)
    const chain = yield* connectChain({
      ...access,
      addresses,
      transactions,
      neighbourhood: neighbourhoodIdOf(street.neighbourhood),
    })
    yield* chain.openNeighbourhood(
      { supplier, grid, fund, slotSeconds: rules.slotMinutes * 60, slotsAhead: rules.slotsAhead },
      termsOf(rules),
    )
    yield* chain.bondAtLeast(OPERATOR_BOND_MICRO_EUR)

    const domain: SigningDomain = {
      name: 'Commonwatt',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: addresses.settlement,
    }
    const neighbourhood = yield* openNeighbourhood({
      log,
      partition: street.neighbourhood,
      rules,
      domain,
      operator: addressOf(estimatorKey),
      nowMs: clock.nowMs(),
    })
    const registry = yield* connectDeviceRegistry({ ...access, addresses, transactions, ...told })
    const { operatorKey } = access
    // Bonds are paid in test coin: only a chain of one's own has that for the asking.
    const registrar =
      options.chain === undefined ? { registerDevice: yield* makeDeviceRegistrar({ registry, operatorKey }) } : {}
    let isOpen = false
    const gateway = yield* serveGateway({
      neighbourhood,
      clock,
      host,
      port: options.port,
      registry: { p256Verifier: addresses.p256Verifier, ...registrar },
      ...(options.pageDir === undefined ? {} : { pageDir: options.pageDir }),
      troubles: () =>
        isOpen ? troublesOf({ folder, logFile, settler, wallNowMs: Date.now() }) : ['it is still starting'],
    })

    yield* keepNodeFile(folder, {
      format: 3,
      neighbourhood: street.neighbourhood,
      rpcUrl: access.rpcUrl,
      chain: options.chain === undefined ? 'local' : 'remote',
      addresses,
      supplier,
      grid,
      fund,
    })
    yield* Effect.sync(() => mkdirSync(inFolder('outboxes'), { recursive: true }))
    const joinDeadline = Math.floor(Math.max(clock.nowMs(), Date.now()) / 1000) + JOIN_SECONDS
    const homes = yield* Effect.forEach(street.homes, (simulated, index) =>
      Effect.gen(function* () {
        const { home } = simulated
        const deviceKey = yield* loadOrGenerateKey(keyUri(`${home}-device`))
        const accountKey = yield* keyIn(`${home}-account`)
        const device = yield* emulateDevice({
          home: simulated,
          index,
          clock,
          folder: inFolder('opcua'),
          basePort: options.emulatorBasePort,
        })
        const agent = yield* makeAgent({
          home,
          neighbourhood: street.neighbourhood,
          deviceId: home, // one meter a home, and a name as long as a home's may be leaves no room for more
          deviceKey,
          streamKeyUri: keyUri(`${home}-stream`),
          accountKey,
          device: device.address,
          gatewayUrl: gateway.url,
          dataFile: inFolder('outboxes', `${home}.sqlite`),
          clock,
          clockState: 'simulated',
          trader: index % 4 === 3 ? zeroIntelligenceTrader : rampTrader,
          seed: `${street.seed}`,
        })
        const signedJoin = signDeviceJoin({
          domain,
          neighbourhood: street.neighbourhood,
          deviceId: home,
          owner: secp256k1Signer(accountKey),
          device: deviceKey,
          p256Verifier: addresses.p256Verifier,
          deadline: joinDeadline,
        })
        return { home, device, agent, signedJoin }
      }),
    )
    // On a chain that was there before, the market registers nobody for the asking: not even these, but for us.
    if (options.chain !== undefined) {
      yield* registry.join(
        operatorKey,
        homes.map(({ signedJoin }) => signedJoin),
      )
    }
    yield* joinHomes(homes.map(({ agent }) => agent))
    yield* chain.fund([
      { account: supplier, amountMicroEur: SUPPLIER_ESCROW_MICRO_EUR },
      ...homes.map(({ agent }) => ({ account: agent.account, amountMicroEur: HOME_ESCROW_MICRO_EUR })),
    ])
    const { rules: logged, homeOfAccount, funds } = neighbourhood.street
    const reserves = logged?.collateral === 'reserved'
    const feed = makeFundsFeed({
      chain,
      chainAt: (atBlock) =>
        connectChainReader({
          rpcUrl: access.rpcUrl,
          addresses,
          neighbourhood: chain.neighbourhood,
          atBlock,
        }),
      confirmed,
      street: neighbourhood.street,
      record: neighbourhood.record,
    })
    const paidFor = new Set<`0x${string}`>()
    const isRegistered = ({ account, deviceId }: { readonly account: `0x${string}`; readonly deviceId: string }) =>
      Effect.map(
        registry.deviceOf({ neighbourhood: chain.neighbourhood, name: keccak(deviceId), owner: account }),
        (device) => device !== null,
      )
    /** Pays in for homes that have joined, in test coin: once their device is registered, for nothing is settled before. */
    const lookAtFunds = Effect.fnUntraced(function* (nowMs: number) {
      if (!reserves) return
      const poor = [...homeOfAccount.values()].filter(
        ({ account }) => !paidFor.has(account) && (funds.get(account) ?? 0) === 0,
      )
      const joined = options.chain === undefined ? yield* Effect.filter(poor, isRegistered) : []
      yield* chain.fund(joined.map(({ account }) => ({ account, amountMicroEur: HOME_ESCROW_MICRO_EUR })))
      for (const { account } of joined) paidFor.add(account)
      yield* feed.look(nowMs)
    })
    const settler = makeSettler({
      chain,
      confirmed,
      p256Verifier: addresses.p256Verifier,
      record: (event) =>
        // What a batch has moved is known before what its trades reserve is free.
        (reserves && event.type === 'BatchFinalized' ? feed.look(event.timeMs, event.place.block) : Effect.void).pipe(
          Effect.andThen(neighbourhood.record(event)),
          Effect.tap(() => logBatch(event)),
        ),
      standings: {
        ...makeStandings({
          registry,
          tradingKeys: yield* connectTradingKeysReader({ ...access, addresses, ...told }),
          chain: yield* connectChainReader({
            ...{ rpcUrl: access.rpcUrl, addresses, neighbourhood: chain.neighbourhood },
            ...told,
          }),
          neighbourhood: chain.neighbourhood,
          p256Verifier: addresses.p256Verifier,
        }),
        sign: (body) => sign({ domain, kind: 'statement', body, privateKey: estimatorKey }),
      },
      archive: { directory: inFolder('archive'), key: yield* keyIn(ARCHIVE_KEY) },
      lastFinalOnChain: yield* chain.lastFinal,
    })
    const estimateMissing = Effect.fnUntraced(function* (nowMs: number) {
      const estimates = neighbourhood
        .missingStatements(nowMs)
        .map((body) => sign({ domain, kind: 'statement', body, privateKey: estimatorKey }))
      if (estimates.length > 0) yield* neighbourhood.submit(estimates, nowMs)
    })
    const live: LiveStreet = {
      url: gateway.url,
      prepareToStop: gateway.prepareToStop,
      neighbourhood,
      homes,
      chain,
      deployment,
      settler,
      followChain: followChain({ confirmed, resume: transactions.resume(access.operatorKey) }),
      lookAtFunds,
      supplier,
      grid,
      fund,
      estimateMissing,
    }
    isOpen = true
    return live
  })

/** One line of the log for each step of a batch. */
function logBatch(event: SettlementEvent): Effect.Effect<void> {
  const { transaction, block } = event.place
  const { number, ...slots } =
    event.type === 'BatchProposed'
      ? { number: event.batch.number, firstSlot: event.batch.firstSlot, lastSlot: event.batch.lastSlot }
      : { number: event.number }
  return Effect.logInfo(`batch ${number} is ${event.type === 'BatchProposed' ? 'proposed' : 'final'}`).pipe(
    Effect.annotateLogs({ ...slots, transaction, block }),
  )
}
