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

/** What the registry tells of a device in a second: in the last one of a slot, what its statement of that slot is judged by. */
export interface DeviceStanding {
  readonly device: number
  readonly status: DeviceStatus
  /** what signed for it (ERC-7913); `0x` before it joined */
  readonly key: Hex
}

/** What became of an owner's devices of one name. */
interface DeviceHistory {
  /** in which it first had one: joined, or was given it */
  readonly firstBlock: number
  /** how often they have changed (`changesOf`) */
  readonly changes: number
}

/** What anybody can see in the device registry of a deployment. Ids count from 1. */
export interface DeviceRegistryReader {
  /** what joining puts at stake, µEUR */
  readonly bondMicroEur: Read<number>
  /** the id of an owner's device; null if there is none */
  readonly deviceOf: (device: DeviceName) => Read<number | null>
  readonly statusOf: (device: number) => Read<DeviceStatus>
  /** the Unix second by which the statements of a slot are judged */
  readonly lastSecondOf: (slot: number) => Read<number>
  /** null if its owner had no device of this name when the slot ended */
  readonly standingAt: (device: DeviceName, slot: number) => Read<DeviceStanding | null>
  /** null if its owner had no device of this name at the end of that Unix second */
  readonly standingIn: (device: DeviceName, second: number) => Read<DeviceStanding | null>
  /** names (hashes) of the devices of a neighbourhood that have changed after a block */
  readonly changedAfter: (neighbourhood: Hex, block: number) => Read<ReadonlySet<Hex>>
  /** ids of all devices that have ever joined in a neighbourhood, in that order */
  readonly joinedIn: (neighbourhood: Hex) => Read<readonly number[]>
  /** by whoever has ever had a device of a neighbourhood, and the hash of its name: `owner name` */
  readonly historyIn: (neighbourhood: Hex) => Read<ReadonlyMap<string, DeviceHistory>>
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

/** Whether a device of this standing may state what this key signs. */
export function isInService(standing: DeviceStanding | null, key: Hex): boolean {
  return standing !== null && (standing.status === 'vetting' || standing.status === 'active') && standing.key === key
}

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
  const standingIn: DeviceRegistryReader['standingIn'] = ({ neighbourhood, name, owner }, second) =>
    Effect.gen(function* () {
      const device = yield* read<bigint>('deviceOfAt', [neighbourhood, name, owner, second])
      if (device === 0n) return null
      const key = yield* read<Hex>('keyAt', [device, second])
      return { device: Number(device), status: yield* status('statusAt', device, second), key }
    })
  return {
    bondMicroEur: Effect.map(read<bigint>('bondMicroEur'), Number),
    deviceOf: ({ neighbourhood, name, owner }) =>
      Effect.map(read<bigint>('deviceOf', [neighbourhood, name, owner]), (id) => (id === 0n ? null : Number(id))),
    statusOf: (device) => status('statusOf', device),
    lastSecondOf: (slot) => Effect.map(read<bigint>('lastSecondOf', [slot]), Number),
    standingAt: (device, slot) =>
      Effect.flatMap(read<bigint>('lastSecondOf', [slot]), (second) => standingIn(device, Number(second))),
    standingIn,
    changedAfter: (neighbourhood, afterBlock) =>
      Effect.gen(function* () {
        const devices = new Set<bigint>()
        for (const { name, args } of yield* rpc.allEvents({ ...deviceRegistry, afterBlock })) {
          const indexed = changes.find(([change]) => change === name)?.[1]
          if (indexed !== undefined) devices.add(args[indexed] as bigint)
        }
        const records = yield* Effect.forEach(devices, (device) =>
          read<{ readonly neighbourhood: Hex; readonly name: Hex }>('recordOf', [device]),
        )
        return new Set(records.filter((record) => record.neighbourhood === neighbourhood).map(({ name }) => name))
      }),
    joinedIn: (neighbourhood) =>
      Effect.map(events('DeviceJoined', { neighbourhood }), (found) => found.map(({ args }) => Number(args.device))),
    // In one look: a settler asks for it before each batch.
    historyIn: (neighbourhood) =>
      Effect.map(rpc.allEvents(deviceRegistry), (found) => {
        const counts = new Map<bigint, number>()
        for (const { name, args } of found) {
          const indexed = changes.find(([change]) => change === name)?.[1]
          if (indexed === undefined) continue
          const device = args[indexed] as bigint
          counts.set(device, (counts.get(device) ?? 0) + 1)
        }
        const names = new Map<bigint, unknown>()
        for (const { name, args } of found) {
          if (name !== 'DeviceJoined' || args.neighbourhood !== neighbourhood) continue
          names.set(args.device as bigint, args.name)
        }
        const history = new Map<string, DeviceHistory>()
        const had = new Set<string>()
        for (const { name, args, place } of found) {
          const device = args.tokenId as bigint
          if (name !== 'Transfer' || !names.has(device)) continue
          const called = `${String(args.to).toLowerCase()} ${names.get(device)}`
          const more = had.has(`${called} ${device}`) ? 0 : (counts.get(device) ?? 0)
          had.add(`${called} ${device}`)
          const { firstBlock, changes: earlier } = history.get(called) ?? { firstBlock: place.block, changes: 0 }
          history.set(called, { firstBlock, changes: earlier + more })
        }
        return history
      }),
    changesOf: (device) =>
      Effect.map(
        Effect.forEach(changes, ([name, indexed]) => events(name, { [indexed]: BigInt(device) })),
        (found) => found.flat().length,
      ),
  }
}
