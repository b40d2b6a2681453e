import { flushCompileCache } from 'node:module'
import { Effect } from 'effect'
import { command, controllerAt } from './controlled-device.ts'

// Run as a process of its own: has a command carried out, tells its parent, and is killed without a chance to put back.
const [, , port = '', folder = '', nonce = '1'] = process.argv
flushCompileCache() // what ends by being killed leaves the next to compile all anew
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const controller = yield* controllerAt(Number(port), { folder, terms: { changesPerMinute: 60 } })
      yield* controller.accept(command({ powerW: 2_000, nonce: Number(nonce) }))
      process.stdout.write('applied\n')
      yield* Effect.sleep(nonce === '1' ? 60_000 : 300)
    }),
  ),
)
