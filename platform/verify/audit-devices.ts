import { Effect } from 'effect'
import type { BuiltBatch, ChainFailure, DeviceRegistryReader } from '#contracts/index.ts'
import { deviceKeyOf, enrolledKey } from '#protocol/device-join.ts'
import type { AuditedLog } from './audited-log.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'

type Hex = `0x${string}`

/** Devices of the neighbourhood in the registry. */
export interface DevicesAudit {
  /** have ever joined */
  readonly registered: number
  /** may sign statements now */
  readonly inService: number
}

/** A home's meter, and the slots that it has stated and that were settled. */
interface Stated {
  readonly name: Hex
  readonly account: Hex
  readonly slots: number[]
}

/**
 * Counts the devices of the neighbourhood, and checks that each home whose statements are in these batches had the device
 * that it has enrolled in service, by the registry, when each slot ended. Fails with ProofFailed at the first that had not.
 */
export const auditDevices = (
  { registry, reader }: PinnedChain,
  {
    batches,
    log,
    p256Verifier,
  }: { readonly batches: readonly BuiltBatch[]; readonly log: AuditedLog; readonly p256Verifier: Hex },
): Effect.Effect<DevicesAudit, ProofFailed | ChainFailure> =>
  Effect.gen(function* () {
    const { neighbourhood } = reader
    for (const { name, account, slots } of statedIn(batches)) {
      const home = log.homes.get(account) ?? account
      const enrolled = log.devices.get(account)
      const key = enrolled === undefined ? undefined : deviceKeyOf(enrolledKey(enrolled.deviceSigner), p256Verifier)
      const check = (slot: number) => deviceIn(registry, { neighbourhood, name, owner: account }, { slot, home, key })
      const last = slots.at(-1)
      if (last === undefined) continue
      // What the registry tells of a device that nobody has touched since it joined holds from the first slot on.
      const device = yield* check(slots[0] ?? last)
      const isUntouched = (yield* registry.changesOf(device)) === 1
      yield* Effect.forEach(isUntouched ? [last] : slots, check, { discard: true })
    }
    const joined = yield* registry.joinedIn(neighbourhood)
    const statuses = yield* Effect.forEach(joined, registry.statusOf, { concurrency: 8 })
    return { registered: joined.length, inService: statuses.filter(isInService).length }
  })

/** By home, in the order of their first statements. Estimates are the operator's, and no device's. */
function statedIn(batches: readonly BuiltBatch[]): Iterable<Stated> {
  const found = new Map<string, Stated>()
  for (const { account, deviceName: name, slot, isEstimated } of batches.flatMap(({ statements }) => statements)) {
    if (isEstimated) continue
    const stated = found.get(`${account} ${name}`) ?? { name, account, slots: [] }
    found.set(`${account} ${name}`, stated)
    stated.slots.push(slot)
  }
  return found.values()
}

/** The id of the device that a home's statement of a slot is by. */
const deviceIn = (
  registry: DeviceRegistryReader,
  device: Parameters<DeviceRegistryReader['standingAt']>[0],
  of: { readonly slot: number; readonly home: string; readonly key: Hex | undefined },
) =>
  Effect.gen(function* () {
    const standing = yield* registry.standingAt(device, of.slot)
    const failed = (expected: string, got: string) =>
      new ProofFailed({ step: 'devices', place: `device of ${of.home} when slot ${of.slot} ended`, expected, got })
    if (standing === null) return yield* failed('one in the registry', 'none of its name and owner')
    const { device: id, status, key } = standing
    if (!isInService(status)) return yield* failed('one in service', `device ${id}, which was ${status}`)
    if (key !== of.key) return yield* failed(`one that signs by ${of.key}`, `device ${id}, which signs by ${key}`)
    return id
  })

const isInService = (status: string): boolean => status === 'vetting' || status === 'active'
