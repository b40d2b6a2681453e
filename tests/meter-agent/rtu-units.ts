import { Effect, type Scope } from 'effect'

/** Values that are others at each request, so that an answer to another request is found out. */
export interface RtuUnits {
  /** what the bytes of a request make the line answer; null: nothing */
  readonly answer: (request: Uint8Array) => Buffer | null
  /** the words of the last answer of a unit */
  readonly lastOf: (unit: number) => readonly number[]
  readonly asked: (unit: number) => number
  /** how late answers come, ms */
  delayMs: number
}

/** CRC-16 of Modbus over serial line (polynomial 0xA001, from 0xFFFF), low byte first. */
export function crcOf(bytes: Uint8Array): readonly [number, number] {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return [crc & 255, crc >> 8]
}

/** Units on one serial line of which only some answer; function 3 only. */
export function rtuUnits(living: ReadonlySet<number>): RtuUnits {
  const asked = new Map<number, number>()
  const last = new Map<number, readonly number[]>()
  return {
    delayMs: 0,
    asked: (unit) => asked.get(unit) ?? 0,
    lastOf: (unit) => last.get(unit) ?? [],
    answer: (request) => {
      const [unit = 0, code] = request
      const [low, high] = crcOf(request.subarray(0, 6))
      if (request.length !== 8 || code !== 3 || request[6] !== low || request[7] !== high) return null
      const times = (asked.get(unit) ?? 0) + 1
      asked.set(unit, times)
      if (!living.has(unit)) return null
      const count = ((request[4] ?? 0) << 8) | (request[5] ?? 0)
      const words = Array.from({ length: count }, (_, n) => (times * 257 + n) & 0xffff)
      last.set(unit, words)
      const body = Buffer.from([unit, 3, 2 * count, ...words.flatMap((word) => [word >> 8, word & 255])])
      return Buffer.concat([body, Buffer.from(crcOf(body))])
    },
  }
}

/** Something that ends with the scope. */
export const scoped = <A>(open: () => Promise<A>, close: (opened: A) => void): Effect.Effect<A, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(open), (opened) => Effect.sync(() => close(opened)))
