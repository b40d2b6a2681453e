import { join } from 'node:path'
import { Effect } from 'effect'
import { type AgentWatch, makeAgent, rampTrader } from '#meter-agent/index.ts'
import type { AttachDevice, AttachedMeter } from '#protocol/attach.ts'
import type { Clock } from '#protocol/clock.ts'
import { openHomeFolder } from '../home-folder.ts'
import { deviceOfRequest } from './device-of-request.ts'

/** A meter whose agent has ended begins again after so long, wall ms. */
const AGAIN_MS = 10_000
/** How long an outbox gets to be emptied at the end, wall ms. What stays in it is sent next time. */
const FAREWELL_MS = 2_000

/** How often, in clock ms, a meter is read and its home trades. */
export interface MeterPace {
  readonly pollEveryMs: number
  readonly tradeEveryMs: number
}

/** Why an attached meter does not do its work. */
export type MeterCause = NonNullable<AttachedMeter['cause']>

/**
 * One attached meter's life, for ever: its home's agent, which begins again whatever ends it. Interrupted, it hands over
 * what the meter has said.
 */
export const superviseMeter = (options: {
  readonly home: string
  readonly device: AttachDevice
  /** of all attached meters */
  readonly folder: string
  readonly neighbourhood: string
  readonly clock: Clock
  readonly seed: string
  readonly gatewayUrl: string
  readonly pace: MeterPace
  /** told of each reading, and of each failure of one; the agent has logged it */
  readonly read: (news: NonNullable<AttachedMeter['reading']> | MeterCause) => void
  /** told what has ended the agent */
  readonly ended: (cause: MeterCause) => Effect.Effect<void>
}): Effect.Effect<never> => {
  const { home, folder, device, pace, read, ended, ...street } = options
  const watch: AgentWatch = {
    polled: ({ reading, error, detail = '' }) =>
      Effect.sync(() => {
        if (error !== null) read({ error, detail })
        if (reading === null) return
        const { timeMs, powerW, importWh, exportWh } = reading
        read({ timeMs, powerW, importWh, exportWh })
      }),
    published: () => Effect.void,
    traded: () => Effect.void,
    held: () => Effect.void,
  }
  const live = Effect.gen(function* () {
    const named = yield* deviceOfRequest(device, { folder })
    const own = yield* openHomeFolder(join(folder, home), { home })
    const agent = yield* makeAgent(
      { ...own, ...street, deviceId: home, device: named.device, trader: rampTrader },
      watch,
    )
    return yield* agent
      .run(pace)
      .pipe(Effect.onInterrupt(() => Effect.ignore(Effect.timeoutOption(agent.publish(), FAREWELL_MS))))
  })
  return live.pipe(
    Effect.scoped,
    Effect.catch((error) =>
      ended(
        '_tag' in error ? { error: error._tag, detail: error.message } : { error: 'BAD_ATTACH', detail: error.detail },
      ),
    ),
    Effect.catchDefect((defect) => ended({ error: 'Defect', detail: String(defect) })),
    Effect.andThen(Effect.sleep(AGAIN_MS)),
    Effect.forever,
  )
}
