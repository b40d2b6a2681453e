import type { Socket } from 'node:net'
import { Effect, Exit } from 'effect'
import { describe, expect, it } from 'vitest'
import { openModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { frame, serveFrames } from './serve-frames.ts'
import { type Turns, watchTurns } from './turns.ts'

const TIMEOUT_MS = 250
const SEEDS = Number(process.env.COMMONWATT_TEST_FAULTS ?? 60)
const REQUESTS = 20

/** How a device answers one request; it draws from `random` and never answers rightly in time, unless it is so named. */
type Misbehaviour = (device: {
  readonly socket: Socket
  readonly right: Buffer
  readonly earlier: Buffer
  readonly random: () => number
}) => void

const upTo = (random: () => number, limit: number) => Math.floor(random() * limit)
const changed = (bytes: Buffer, at: number, to: (byte: number) => number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = to(copy[at] ?? 0)
  return copy
}

const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  isSilent: () => undefined,
  isLate: ({ socket, right, random }) => {
    setTimeout(() => socket.write(right), TIMEOUT_MS * (1.1 + random()))
  },
  comesInPieces: ({ socket, right, random }) => {
    const at = 1 + upTo(random, right.length - 1)
    socket.write(right.subarray(0, at))
    setTimeout(() => socket.write(right.subarray(at)), upTo(random, 10))
  },
  comesByteByByte: ({ socket, right }) => {
    for (const byte of right) socket.write(Buffer.from([byte]))
  },
  comesBehindTheOneBefore: ({ socket, right, earlier }) => socket.write(Buffer.concat([earlier, right])),
  comesTwice: ({ socket, right }) => socket.write(Buffer.concat([right, right])),
  isTheOneBefore: ({ socket, earlier }) => socket.write(earlier),
  isTruncated: ({ socket, right, random }) => socket.write(right.subarray(0, upTo(random, right.length))),
  isCut: ({ socket, right, random }) => socket.end(right.subarray(0, upTo(random, right.length))),
  isReset: ({ socket }) => socket.resetAndDestroy(),
  isOfAnotherUnit: ({ socket, right }) => socket.write(changed(right, 6, (unit) => unit + 1)),
  isOfAnotherFunction: ({ socket, right }) => socket.write(changed(right, 7, () => 4)),
  isOfAnotherTransaction: ({ socket, right }) => socket.write(changed(right, 1, (low) => low ^ 0x55)),
  isOfAnotherProtocol: ({ socket, right }) => socket.write(changed(right, 2, () => 7)),
  saysFewerBytes: ({ socket, right }) => socket.write(changed(right, 8, (count) => count - 2)),
  saysMoreBytes: ({ socket, right }) => socket.write(changed(right, 8, (count) => count + 2)),
  isLongerThanItSays: ({ socket, right }) => socket.write(changed(right, 5, (length) => length - 3)),
  isShorterThanItSays: ({ socket, right }) => socket.write(changed(right, 5, (length) => length + 40)),
  isRefused: ({ socket, right, random }) => socket.write(frame(right, [0x83, 1 + upTo(random, 11)])),
  isNoise: ({ socket, random }) =>
    socket.write(Buffer.from(Array.from({ length: 1 + upTo(random, 300) }, () => upTo(random, 256)))),
}
const names = Object.keys(misbehaviours)

/** Reads registers whose values are others at each request, so that an answer to another request is found out. */
const drive = (seed: number, turns: Turns) =>
  Effect.gen(function* () {
    const random = seededRandom(`modbus faults ${seed}`)
    let misbehaviour: string | null = null
    let asked = 0
    let expected: readonly number[] = []
    let earlier: Buffer = Buffer.from([0, 0, 0, 0, 0, 5, 1, 3, 2, 0, 0])
    const { port } = yield* serveFrames((request, socket) => {
      const count = request.readUInt16BE(10)
      asked++
      expected = Array.from({ length: count }, (_, n) => (asked * 131 + n) & 0xffff)
      const right = frame(request, [3, 2 * count, ...expected.flatMap((word) => [word >> 8, word & 255])])
      if (misbehaviour === null) socket.write(right)
      else misbehaviours[misbehaviour]?.({ socket, right, earlier, random })
      earlier = right
    })
    const bus = yield* openModbusLine({ line: { transport: 'tcp', host: '127.0.0.1', port }, timeoutMs: TIMEOUT_MS })
    const read = Effect.suspend(() => {
      expected = []
      return Effect.exit(bus.read({ unit: 1, address: upTo(random, 100), count: 1 + upTo(random, 20) }))
    })
    const wrong: string[] = []
    for (let request = 0; request < REQUESTS; request++) {
      misbehaviour = names[upTo(random, names.length)] ?? null
      const said = yield* read
      if (Exit.isSuccess(said) && said.value.join() !== expected.join()) wrong.push(`${misbehaviour}: ${said.value}`)
      const met = misbehaviour
      misbehaviour = null
      let fromMs = performance.now()
      let after = yield* read
      while (Exit.isFailure(after) && turns.stoodStillSince(fromMs)) {
        fromMs = performance.now()
        after = yield* read
      }
      if (Exit.isFailure(after)) wrong.push(`not back after ${met}: ${after.cause}`)
      else if (after.value.join() !== expected.join()) wrong.push(`after ${met}: ${after.value}`)
    }
    return wrong.map((line) => `seed ${seed}: ${line}`)
  }).pipe(Effect.scoped)

describe('a device that misbehaves on Modbus TCP', () => {
  it(`never makes a wrong value, a hang, or a line that stays away (${SEEDS} seeds)`, async () => {
    const seeds = Array.from({ length: SEEDS }, (_, n) => n + 1)
    const turns = watchTurns(TIMEOUT_MS)
    try {
      const driven = Effect.forEach(seeds, (seed) => drive(seed, turns), { concurrency: 20 })
      expect((await Effect.runPromise(driven)).flat()).toEqual([])
    } finally {
      turns.stop()
    }
  }, 600_000)
})
