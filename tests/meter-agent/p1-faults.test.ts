import { createServer, type Socket } from 'node:net'
import { Effect, type Scope } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openP1Meter } from '#meter-agent/p1-meter.ts'
import { telegrams } from './p1-telegrams.ts'
import { awakeFor } from './turns.ts'

const TIMEOUT_MS = 100
const SILENCE_MS = 600
const test = <A, E>(steps: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

/** A P1 port that does with each connection what it is told to do. */
const serveOddly = (behave: (socket: Socket) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((socket) => {
          socket.on('error', () => undefined)
          socket.resume()
          behave(socket)
        }).listen(0, '127.0.0.1', () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))),
    ),
    (server) => {
      const address = server.address()
      return `p1:tcp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    },
  )

type Deed =
  | { readonly do: 'send'; readonly from: number; readonly to: number; readonly flip: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'hang-up' }
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), from: fc.constant(0), to: fc.constant(9_999), flip: fc.constant(-1) }),
  fc.record({
    do: fc.constant('send' as const),
    from: fc.nat(1_000),
    to: fc.nat(2_000),
    flip: fc.integer({ min: -1, max: 900 }),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20) }),
  fc.constant({ do: 'hang-up' as const }),
)

describe('a P1 port that misbehaves', () => {
  it('never gives a wrong value and never holds up a reader, whatever it sends and when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(deed, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), (connections) =>
        test(
          Effect.gen(function* () {
            let made = 0
            const url = yield* serveOddly((socket) => void play(socket, connections[made++ % connections.length] ?? []))
            const meter = yield* openP1Meter({ type: 'p1', url }, { timeoutMs: TIMEOUT_MS })
            for (let i = 0; i < 3; i++) {
              const held = Effect.as(awakeFor(SILENCE_MS + TIMEOUT_MS + 500), null)
              const said = yield* Effect.raceFirst(Effect.result(meter.read), held)
              if (said === null) expect.fail('holds up its reader')
              else if (said._tag === 'Success')
                expect(said.success.sample).toEqual({ importWh: 2_000_000, exportWh: 30_003, powerW: -1234 })
              else expect(['P1Closed', 'P1Silent', 'BadTelegram']).toContain(said.failure._tag)
            }
          }),
        ),
      ),
      { numRuns: 15 },
    )
  })

  it('cut off at any byte gives no value, and the next connection its own', () =>
    test(
      Effect.gen(function* () {
        const bytes = Buffer.from(telegrams.dsmr5, 'latin1')
        let cutAt = 0
        const url = yield* serveOddly((socket) => void socket.end(bytes.subarray(0, cutAt)))
        const meter = yield* openP1Meter({ type: 'p1', url }, { timeoutMs: TIMEOUT_MS })
        for (cutAt = 0; cutAt < bytes.length; cutAt += cutAt < bytes.length - 12 ? 11 : 1) {
          expect((yield* Effect.flip(meter.read))._tag).toBe('P1Closed')
        }
        cutAt = bytes.length
        expect((yield* meter.read).sample.importWh).toBe(2_000_000)
      }),
    ))
})

async function play(socket: Socket, deeds: readonly Deed[]): Promise<void> {
  for (const each of deeds) {
    if (each.do === 'wait') await new Promise((resolve) => setTimeout(resolve, each.ms))
    else if (each.do === 'hang-up') socket.destroy()
    else if (!socket.destroyed) {
      const bytes = Buffer.from(telegrams.dsmr5, 'latin1')
      if (each.flip >= 0 && each.flip < bytes.length) bytes[each.flip] = (bytes[each.flip] ?? 0) ^ 0x11
      socket.write(bytes.subarray(Math.min(each.from, each.to), Math.max(each.from, each.to)))
    }
  }
}
