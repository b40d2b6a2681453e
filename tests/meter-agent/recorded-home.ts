import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { gatewayClient } from '#meter-agent/gateway-client.ts'
import { openMembership } from '#meter-agent/membership.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { publishOutbox } from '#meter-agent/publishing.ts'
import { nextReading } from '#meter-agent/reading/recorder.ts'
import { advanceSlots } from '#meter-agent/reading/slot-statement.ts'
import { registersHash } from '#meter-agent/registers.ts'
import { openStream } from '#meter-agent/stream.ts'
import type { Signer } from '#protocol/signer.ts'
import { addressOf } from '#protocol/signing.ts'
import { domain } from './test-gateway.ts'

const ACCOUNT_KEY = `0x${'8'.repeat(64)}` as const
const START_MS = 1_900_000 * 900_000
/** Three readings a slot. */
const EVERY_MS = 300_000

/** A home whose meter is imagined, and all the rest of it real: recorder, stream, outbox, and its way to the market. */
export const openRecordedHome = (home: {
  readonly folder: string
  readonly gatewayUrl: string
  readonly deviceKey: Signer
}) =>
  Effect.gen(function* () {
    const { folder, gatewayUrl, deviceKey } = home
    const file = join(folder, 'outbox.sqlite')
    const names = { home: 'no-7', neighbourhood: 'elm-street', deviceId: 'meter-1' } as const
    const outbox = yield* openSqliteOutbox({ file })
    const gateway = gatewayClient({ url: gatewayUrl, timeoutMs: 2_000 })
    const keys = { deviceKey, accountKey: ACCOUNT_KEY }
    const membership = yield* openMembership({ ...names, ...keys, gatewayUrl, dataFile: file }, outbox, gateway)
    yield* membership.enrol
    const uri = pathToFileURL(join(folder, 'stream')).href
    const stream = yield* openStream({ outbox, uri, ...names })
    let state = yield* outbox.recorder

    /** Records the next reading, five minutes after the one before. */
    const record = () =>
      Effect.gen(function* () {
        const sequence = (state.last?.reading.sequence ?? 0) + 1
        const timeMs = (state.last?.reading.timeMs ?? START_MS) + EVERY_MS
        const registers = JSON.stringify({ sequence, words: '00ff'.repeat(8) })
        const next = nextReading(
          state,
          { importWh: 1_000 + 70 * sequence, exportWh: 13 * sequence, powerW: 684 },
          {
            domain,
            deviceId: names.deviceId,
            bootId: outbox.bootId,
            timeMs,
            monotonicMs: sequence,
            clock: 'simulated',
            source: 'certified-meter',
            profileHash: `0x${'2'.repeat(64)}`,
            registersHash: registersHash(registers),
            limits: { connectionPowerW: 43_470, timeToleranceMs: 1_000 },
            link: 'unbroken',
          },
        )
        if (next === null) throw new Error('both counters have values')
        const { reading, hash } = next.recorded
        const slots = advanceSlots(
          state.slot,
          { before: state.last, after: next.recorded },
          { account: addressOf(ACCOUNT_KEY), neighbourhood: names.neighbourhood, slotMinutes: 15 },
        )
        const after = { ...next.state, slot: slots.state }
        const signed = yield* stream.sign(hash, reading.timeMs)
        yield* outbox.record({ state: after, reading, signed, registers, statements: slots.statements })
        state = after
        return reading
      })
    return { file, outbox, record, publish: publishOutbox({ outbox, gateway, membership, deviceKey }) }
  })
