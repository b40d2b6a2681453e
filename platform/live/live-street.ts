import { join } from 'node:path'
import { Effect } from 'effect'
import type { ChainClient, ChainFailure, Deployment, Settler } from '#contracts/index.ts'
import {
  type Gateway,
  type NamePolicy,
  type Neighbourhood,
  openNeighbourhood,
  openSqliteEventLog,
  serveGateway,
} from '#matching-engine/index.ts'
import type { Clock } from '#protocol/clock.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import { addressOf, sign } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { SimulatedStreet } from '#sim/index.ts'
import { type AttachedMeters, openAttachedMeters } from '../attach/attached-meters.ts'
import { netSlotPort } from '../net-slot-port.ts'
import { keepNodeFile } from '../verify/node-file.ts'
import { makeDeviceRegistrar } from './device-registrar.ts'
import { followChain } from './follow-chain.ts'
import { joinHomes } from './join-homes.ts'
import { type ChainAccess, type Counterparties, forgetLiveChain, openLiveChain } from './live-chain.ts'
import { accountKeyIn, type LiveHome, openLiveHomes } from './live-homes.ts'
import { openLiveSettler } from './live-settler.ts'
import { troublesOf } from './readiness.ts'
import { HOME_ESCROW_MICRO_EUR, standingOfHomes } from './standing-of-homes.ts'

/** What the supplier has in the vault at the start, µEUR of test money. */
export const SUPPLIER_ESCROW_MICRO_EUR = 1_000_000_000_000

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
  /** what of a home everybody may see (numbers) */
  readonly names?: NamePolicy
  /** what the homes hang on, in their order; left out: nobody knows */
  readonly wires?: PictureGrid
  /** a chain in this process if left out */
  readonly chain?: ChainAccess
}

/** Every part of a street, opened and connected, none of them moving yet. */
export interface LiveStreet extends Counterparties {
  readonly url: string
  /** Has the gateway refuse orders, cancels and enrolments from now on. */
  readonly prepareToStop: () => void
  readonly neighbourhood: Neighbourhood
  readonly homes: readonly LiveHome[]
  readonly chain: ChainClient
  readonly deployment: Deployment
  readonly settler: Settler
  /** real meters that were attached beside the street's own homes */
  readonly attached: AttachedMeters
  /** Runs for ever; fails once the chain has taken back what was told. */
  readonly followChain: Effect.Effect<never, ChainFailure>
  /** Tells the log whose device is in service and what the homes have in the vault; gives new ones their test money. */
  readonly lookAtHomes: (nowMs: number) => Effect.Effect<void, ChainFailure>
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
    const logFile = join(folder, 'log.sqlite')
    const log = yield* openSqliteEventLog(logFile)
    if (options.chain === undefined && (yield* log.head(street.neighbourhood)) === 0) yield* forgetLiveChain(folder)
    const counterparties: Counterparties = {
      supplier: addressOf(yield* accountKeyIn(folder, 'supplier')),
      grid: addressOf(yield* accountKeyIn(folder, 'grid')),
      fund: addressOf(yield* accountKeyIn(folder, 'fund')),
    }
    const live = yield* openLiveChain({
      folder,
      clock,
      rules,
      neighbourhood: street.neighbourhood,
      counterparties,
      ...(options.chain === undefined ? {} : { access: options.chain }),
    })
    const { chain, registry, operatorKey, deployment } = live
    const { addresses } = deployment

    const domain: SigningDomain = {
      name: 'Commonwatt',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: addresses.settlement,
    }
    // Not the chain's key: a local chain's is known to everybody.
    const estimatorKey = yield* accountKeyIn(folder, 'operator')
    const signEstimate = (body: Statement) => sign({ domain, kind: 'statement', body, privateKey: estimatorKey })
    const neighbourhood = yield* openNeighbourhood({
      log,
      partition: street.neighbourhood,
      rules,
      domain,
      operator: addressOf(estimatorKey),
      nowMs: clock.nowMs(),
    })
    // Bonds are paid in test coin: only a chain of one's own has that for the asking.
    const registrar = live.isOwn ? { registerDevice: yield* makeDeviceRegistrar({ registry, operatorKey }) } : {}
    const attached: AttachedMeters = yield* openAttachedMeters({
      folder: join(folder, 'attached'),
      neighbourhood: street.neighbourhood,
      clock,
      seed: `${street.seed}`,
      gatewayUrl: () => gateway.url,
      homes: () => neighbourhood.street.homes.keys(),
    })
    let isOpen = false
    const gateway: Gateway = yield* serveGateway({
      neighbourhood,
      clock,
      host,
      port: options.port,
      registry: { p256Verifier: addresses.p256Verifier, ...registrar },
      chain,
      attach: attached.port,
      netSlot: netSlotPort,
      grid: options.wires ?? null,
      ...(options.pageDir === undefined ? {} : { pageDir: options.pageDir }),
      ...(options.names === undefined ? {} : { names: options.names }),
      settlementFailingMs: () => {
        const failing = isOpen ? settler.failing() : null
        return failing === null ? null : Date.now() - failing.sinceMs
      },
      troubles: () =>
        isOpen ? troublesOf({ folder, logFile, settler, wallNowMs: Date.now() }) : ['it is still starting'],
    })

    yield* keepNodeFile(folder, {
      format: 3,
      neighbourhood: street.neighbourhood,
      rpcUrl: live.rpcUrl,
      chain: live.isOwn ? 'local' : 'remote',
      addresses,
      ...counterparties,
    })
    const homes = yield* openLiveHomes({
      street,
      clock,
      folder,
      gatewayUrl: gateway.url,
      domain,
      p256Verifier: addresses.p256Verifier,
      emulatorBasePort: options.emulatorBasePort,
    })
    // On a chain that was there before, the market registers nobody for the asking: not even these, but for us.
    if (!live.isOwn) {
      yield* registry.join(
        operatorKey,
        homes.map(({ signedJoin }) => signedJoin),
      )
    }
    yield* joinHomes(homes.map(({ agent }) => agent))
    yield* chain.fund([
      { account: counterparties.supplier, amountMicroEur: SUPPLIER_ESCROW_MICRO_EUR },
      ...homes.map(({ agent }) => ({ account: agent.account, amountMicroEur: HOME_ESCROW_MICRO_EUR })),
    ])
    const standing = standingOfHomes({ live, neighbourhood })
    const settler = yield* openLiveSettler({ live, neighbourhood, standing, folder, signEstimate })
    const estimateMissing = Effect.fnUntraced(function* (nowMs: number) {
      const estimates = neighbourhood.missingStatements(nowMs).map(signEstimate)
      if (estimates.length > 0) yield* neighbourhood.submit(estimates, nowMs)
    })
    const opened: LiveStreet = {
      ...counterparties,
      url: gateway.url,
      prepareToStop: gateway.prepareToStop,
      neighbourhood,
      homes,
      chain,
      deployment,
      settler,
      attached,
      followChain: followChain({ confirmed: live.confirmed, resume: live.resume }),
      lookAtHomes: standing.look,
      estimateMissing,
    }
    isOpen = true
    return opened
  })
