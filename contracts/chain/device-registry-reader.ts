import { Effect } from 'effect'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import { type AtBlock, connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`
type Read<A> = Effect.Effect<A, ChainFailure>

/** `types/DeviceStatus.sol`, in its order. */
const statuses = ['unknown', 'vetting', 'active', 'suspended', 'slashed', 'retired'] as const
/** Where a device is in its life. Vetting and active ones are in service. */
type DeviceStatus = (typeof statuses)[number]

/** What a device is called by: the hashes of its neighbourhood and name, and its owner. */
interface DeviceName {
  readonly neighbourhood: Hex
  readonly name: Hex
  readonly owner: Hex
}

/** What the registry tells of a device in the last second of a slot: what its statement of that slot is judged by. */
interface DeviceStanding {
  readonly device: number
  readonly status: DeviceStatus
  /** what signed for it (ERC-7913); `0x` before it joined */
  readonly key: Hex
}

/** What anybody can see in the device registry of a deployment. Ids count from 1. */
export interface DeviceRegistryReader {
  /** what joining puts at stake, µEUR */
  readonly bondMicroEur: Read<number>
  /** the id of an owner's device; null if there is none */
  readonly deviceOf: (device: DeviceName) => Read<number | null>
  readonly statusOf: (device: number) => Read<DeviceStatus>
  /** null if its owner had no device of this name when the slot ended */
  readonly standingAt: (device: DeviceName, slot: number) => Read<DeviceStanding | null>
  /** ids of all devices that have ever joined in a neighbourhood, in that order */
  readonly joinedIn: (neighbourhood: Hex) => Read<readonly number[]>
  /** how often a device has changed hands, its key or its status by somebody's doing, its joining counted */
  readonly changesOf: (device: number) => Read<number>
}

/**
 * Connects to a deployment's registry at any JSON-RPC URL, without a key. With `atBlock` everything is read as it was
 * then. Fails (ChainFailure) if nobody answers there.
 */
export const connectDeviceRegistryReader = (options: {
  readonly rpcUrl: string
  readonly addresses: Addresses
  readonly atBlock?: AtBlock | undefined
}): Effect.Effect<DeviceRegistryReader, ChainFailure> =>
  Effect.map(connectRpc(options.rpcUrl, { atBlock: options.atBlock }), (rpc) =>
    registryReaderOf(rpc, options.addresses),
  )

/** The events by which a device is another's, signs by another key, or is in or out of service. */
const changes = [
  ['Transfer', 'tokenId'],
  ['KeyRotated', 'device'],
  ['DeviceSuspended', 'device'],
  ['DeviceReinstated', 'device'],
  ['DeviceRetired', 'device'],
  ['DeviceSlashed', 'device'],
] as const

/** The registry of a deployment behind a connection. */
export function registryReaderOf(rpc: Rpc, addresses: Addresses): DeviceRegistryReader {
  const { deviceRegistry } = contractsAt(addresses)
  const read = <A>(functionName: string, args: readonly unknown[] = []) =>
    rpc.read<A>({ ...deviceRegistry, functionName, args })
  const events = (eventName: string, args: Record<string, unknown>) =>
    rpc.events({ ...deviceRegistry, eventName, args })
  const status = (functionName: string, ...args: readonly unknown[]) =>
    Effect.flatMap(read<number>(functionName, args), (value) => {
      const name = statuses[value]
      return name === undefined
        ? Effect.fail(new ChainFailure({ operation: 'read a status', detail: `${value} is no status` }))
        : Effect.succeed(name)
    })
  return {
    bondMicroEur: Effect.map(read<bigint>('bondMicroEur'), Number),
    deviceOf: ({ neighbourhood, name, owner }) =>
      Effect.map(read<bigint>('deviceOf', [neighbourhood, name, owner]), (id) => (id === 0n ? null : Number(id))),
    statusOf: (device) => status('statusOf', device),
    standingAt: ({ neighbourhood, name, owner }, slot) =>
      Effect.gen(function* () {
        const time = yield* read<bigint>('lastSecondOf', [slot])
        const device = yield* read<bigint>('deviceOfAt', [neighbourhood, name, owner, time])
        if (device === 0n) return null
        const key = yield* read<Hex>('keyAt', [device, time])
        return { device: Number(device), status: yield* status('statusAt', device, time), key }
      }),
    joinedIn: (neighbourhood) =>
      Effect.map(events('DeviceJoined', { neighbourhood }), (found) => found.map(({ args }) => Number(args.device))),
    changesOf: (device) =>
      Effect.map(
        Effect.forEach(changes, ([name, indexed]) => events(name, { [indexed]: BigInt(device) })),
        (found) => found.flat().length,
      ),
  }
}
