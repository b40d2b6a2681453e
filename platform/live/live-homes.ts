import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import {
  type Agent,
  loadOrGenerateAccountKey,
  loadOrGenerateKey,
  makeAgent,
  rampTrader,
  zeroIntelligenceTrader,
} from '#meter-agent/index.ts'
import type { Clock } from '#protocol/clock.ts'
import { type SignedDeviceJoin, signDeviceJoin } from '#protocol/device-join.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { SimulatedStreet } from '#sim/index.ts'
import { type EmulatedDevice, emulateDevice, forgetLock } from './emulated-device.ts'

/** How long a request to register a device of the street is good for, seconds. */
const JOIN_SECONDS = 86_400

/** A home of the street with its emulated device and its agent. */
export interface LiveHome {
  readonly home: string
  readonly device: EmulatedDevice
  readonly agent: Agent
  /** what owner and device ask of the registry together */
  readonly signedJoin: SignedDeviceJoin
}

/** The account key that a folder keeps by a name. */
export const accountKeyIn = (folder: string, name: string) => loadOrGenerateAccountKey(keyUri(folder, name))

/** Opens every home of a street: its emulated device, its keys, its agent and outbox; they run when they are told to. */
export const openLiveHomes = (options: {
  readonly street: SimulatedStreet
  readonly clock: Clock
  readonly folder: string
  readonly gatewayUrl: string
  readonly domain: SigningDomain
  readonly p256Verifier: `0x${string}`
  readonly emulatorBasePort: number | undefined
}) =>
  Effect.gen(function* () {
    const { street, clock, folder, domain } = options
    yield* Effect.sync(() => {
      mkdirSync(join(folder, 'outboxes'), { recursive: true })
      forgetLock(join(folder, 'opcua'))
    })
    const deadline = Math.floor(Math.max(clock.nowMs(), Date.now()) / 1000) + JOIN_SECONDS
    const open = Effect.fnUntraced(function* (simulated: SimulatedStreet['homes'][number], index: number) {
      const { home } = simulated
      const deviceKey = yield* loadOrGenerateKey(keyUri(folder, `${home}-device`))
      const accountKey = yield* accountKeyIn(folder, `${home}-account`)
      const device = yield* emulateDevice({
        home: simulated,
        index,
        clock,
        folder: join(folder, 'opcua'),
        basePort: options.emulatorBasePort,
      })
      const agent = yield* makeAgent({
        home,
        neighbourhood: street.neighbourhood,
        deviceId: home, // one meter a home, and a name as long as a home's may be leaves no room for more
        deviceKey,
        streamKeyUri: keyUri(folder, `${home}-stream`),
        accountKey,
        device: device.address,
        gatewayUrl: options.gatewayUrl,
        dataFile: join(folder, 'outboxes', `${home}.sqlite`),
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
        p256Verifier: options.p256Verifier,
        deadline,
      })
      return { home, device, agent, signedJoin } satisfies LiveHome
    })
    return yield* Effect.forEach(street.homes, open)
  })

const keyUri = (folder: string, name: string): string => pathToFileURL(join(folder, 'keys', name)).href
