import { Effect } from 'effect'
import { command, controllerAt } from './controlled-device.ts'

// Run as a process of its own: has a command carried out, tells its parent, and is killed without a chance to put back.
const [, , port = '', folder = ''] = process.argv
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const controller = yield* controllerAt(Number(port), { folder })
      yield* controller.accept(command({ powerW: 2_000, nonce: 1 }))
      process.stdout.write('applied\n')
      yield* Effect.sleep(60_000)
    }),
  ),
)
