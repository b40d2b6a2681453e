import { Effect } from 'effect'
import {
  EMULATOR_BASE_PORT,
  emulateHome,
  emulateRecording,
  GENERATED_START_MS,
  generateScenario,
  loadRecording,
  simClock,
} from '#sim/index.ts'
import { whenTold } from './own-process.ts'

const HOST = '127.0.0.1'

/** What is put on ports of this machine, each device on its own. */
export interface Emulated {
  /** devices that hold this image */
  readonly image: string
  readonly devices: number
}

/** Where they answer. */
export interface EmulatedUrls {
  readonly devices: readonly string[]
  /** a SunSpec device: a home of a generated street */
  readonly sunspec: string
}

/** A program of `bench meter`: emulates devices until the bench has gone. What answering costs is not counted. */
whenTold<Emulated, EmulatedUrls>(({ image, devices }, answer) =>
  Effect.gen(function* () {
    const recording = yield* loadRecording(image)
    const urls = yield* Effect.forEach(Array.from({ length: devices }), (_, index) =>
      Effect.map(
        emulateRecording({ recording, host: HOST, port: EMULATOR_BASE_PORT + index }),
        (port) => `tcp://${HOST}:${port}?unit=1`,
      ),
    )
    const { homes } = yield* generateScenario({ homes: 1, seed: 1 })
    const [home] = homes
    if (home === undefined) return yield* Effect.die('a street of one home has one')
    const clock = simClock({ startMs: GENERATED_START_MS, speed: 1, wallNowMs: () => performance.now() })
    const { url } = yield* emulateHome({ home, clock, host: HOST, port: EMULATOR_BASE_PORT + devices })
    answer({ devices: urls, sunspec: url })
    return yield* Effect.never
  }).pipe(Effect.scoped),
)
