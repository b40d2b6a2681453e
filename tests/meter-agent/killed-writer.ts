import { flushCompileCache } from 'node:module'
import { Effect } from 'effect'
import { secp256k1Signer } from '#protocol/signing.ts'
import { openRecordedHome } from './recorded-home.ts'

// Run as a process of its own: records, publishes and takes nonces for ever, says so, and is killed without a chance to
// close. `recorded N` is on disk; `acknowledged N` has been heard by the market.
const [folder = '', gatewayUrl = ''] = process.argv.slice(2)
flushCompileCache() // what ends by being killed leaves the next to compile all anew
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const home = yield* openRecordedHome({ folder, gatewayUrl, deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`) })
      const say = (line: string) => process.stdout.write(`${line}\n`)
      say(`nonce ${yield* home.outbox.takeNonce}`)
      for (;;) {
        const { sequence } = yield* home.record()
        say(`recorded ${sequence}`)
        if (sequence % 4 !== 0) continue
        yield* home.publish
        say(`acknowledged ${sequence}`)
      }
    }),
  ),
)
