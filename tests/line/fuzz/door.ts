import { SeededInput } from './seeded-input.ts'
import { atInput } from './watchdog.ts'

/** How many inputs go through all doors together, and the seed of all of them. */
const INPUTS = Number(process.env.COMMONWATT_TEST_INPUTS ?? 100_000)
const SEED = process.env.COMMONWATT_TEST_SEED ?? '1'
/** No door may take longer over one input. */
const INPUT_MS_MAX = 5_000
const TURN_MS = 100

/** How long a test of one door may take: each input some ms on a busy machine. */
export const TIME_MS_MAX = 120_000 + INPUTS * 5

/**
 * What each door gets of a thousand inputs, by what one costs: the first take microseconds, the last are whole proofs
 * and connections, tens of milliseconds each.
 */
const shares = {
  match: 400,
  profile: 160,
  scenario: 155,
  'Modbus requests': 90,
  'socket.io': 50,
  HTTP: 40,
  'registers text': 20,
  registers: 20,
  archive: 10,
  'node.json': 10,
  flags: 8,
  'OPC UA requests': 8,
  'JSON-RPC': 5,
  'no HTTP': 5,
  'small files': 3,
  'chain journal': 3,
  'log.sqlite': 4,
  contracts: 2,
  outbox: 2,
  'Modbus answers': 2,
  'OPC UA answers': 1,
  'chain answers': 1,
  'log rows': 1,
} as const

export type Door = keyof typeof shares

/**
 * Sends a door its share of inputs, `each` to a call of `send` (1) and `lanes` calls at a time (1). `send` throws on
 * what must not happen; so does an input that takes too long. What is thrown names the input, and the seed that makes
 * it again.
 */
export async function throughDoor(options: {
  readonly door: Door
  readonly lanes?: number
  readonly each?: number
  readonly send: (input: SeededInput, index: number) => void | Promise<void>
}): Promise<void> {
  const { door, lanes = 1, each = 1, send } = options
  const inputs = Math.max(1, Math.ceil((INPUTS * shares[door]) / 1_000 / each))
  /** by lane, the input that it waits for and since when */
  const waiting = new Map<number, { readonly index: number; readonly sinceMs: number }>()
  const wrong = (index: number, cause: unknown) =>
    new Error(`${door}, input ${index} of COMMONWATT_TEST_SEED=${SEED}: ${String(cause)}`, { cause })
  let next = 0
  let turnMs = performance.now()
  const run = async (lane: number) => {
    for (let index = next++; index < inputs; index = next++) {
      atInput(`${door}, input ${index} of COMMONWATT_TEST_SEED=${SEED}`)
      try {
        const sent = send(new SeededInput(`${SEED}/${door}/${index}`), index)
        if (sent !== undefined) {
          waiting.set(lane, { index, sinceMs: performance.now() })
          await sent
          waiting.delete(lane)
        }
        if (performance.now() - turnMs > TURN_MS) {
          await new Promise((resolve) => setImmediate(resolve)) // the watchdog and the test's own time limit want a turn
          turnMs = performance.now()
        }
      } catch (cause) {
        throw wrong(index, cause)
      }
    }
  }
  // One timer for all inputs: one for each would cost more than many of them.
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      for (const { index, sinceMs } of waiting.values()) {
        if (performance.now() - sinceMs > INPUT_MS_MAX) reject(wrong(index, `no end within ${INPUT_MS_MAX} ms`))
      }
    }, INPUT_MS_MAX / 10)
  })
  await Promise.race([Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane))), late]).finally(() =>
    clearInterval(timer),
  )
}
