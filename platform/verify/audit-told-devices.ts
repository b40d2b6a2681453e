import { Effect } from 'effect'
import { type ChainFailure, isInService } from '#contracts/index.ts'
import { deviceKeyOf, enrolledKey } from '#protocol/device-join.ts'
import { keccak } from '#protocol/signing.ts'
import type { AuditedLog } from './audited-log.ts'
import { eventPlace } from './evidence.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'

/**
 * Holds what a log tells of devices in service against the registry as it was at those blocks. Fails with ProofFailed at
 * the first that differs, and at a block that the chain does not have.
 */
export const auditToldDevices = (
  { registry, reader, block: pinnedBlock }: PinnedChain,
  { log, p256Verifier }: { readonly log: AuditedLog; readonly p256Verifier: `0x${string}` },
): Effect.Effect<void, ProofFailed | ChainFailure> =>
  Effect.gen(function* () {
    const headBlock = yield* reader.blockNumber
    let earliest = 0
    for (const logged of log.toldDevices) {
      const { block, devices } = logged.event
      if (block < earliest || block > headBlock) {
        const expected = `a block from ${earliest} to ${headBlock}`
        return yield* failed(eventPlace(logged, 'block'), expected, String(block))
      }
      earliest = block
      if (block > pinnedBlock) continue // what is not deep enough yet to be held against
      const second = yield* reader.secondsOf(block)
      for (const { account, isInService: told } of devices) {
        const enrolled = log.devices.get(account)
        if (enrolled === undefined) continue // the log could not be run again
        const device = { neighbourhood: reader.neighbourhood, name: keccak(enrolled.deviceId), owner: account }
        const key = deviceKeyOf(enrolledKey(enrolled.deviceSigner), p256Verifier)
        // Blocks of one second may have told either: the registry keeps what was so at its end.
        const found = yield* Effect.forEach([second, second - 1], (at) => registry.standingIn(device, at))
        if (found.some((standing) => isInService(standing, key) === told)) continue
        const [got, expected] = told ? ['in service', 'not in service'] : ['not in service', 'in service']
        const place = `${eventPlace(logged, 'devices')} ${account}`
        return yield* failed(place, `${expected} at block ${block}`, got)
      }
    }
  })

const failed = (place: string, expected: string, got: string) =>
  new ProofFailed({ step: 'devices', place, expected, got })
