import { SeededInput } from './seeded-input.ts'

/** How many inputs go through all doors together, and the seed of all of them. */
const INPUTS = Number(process.env.COMMONWATT_TEST_INPUTS ?? 100_000)
const SEED = process.env.COMMONWATT_TEST_SEED ?? '1'
/** No door may take longer over one input. */
const INPUT_MS_MAX = 5_000
const TURN_MS = 100

/** How long a test of one door may take: each input some ms on a busy machine. */
export const TIME_MS_MAX = 120_000 + INPUTS * 5

/** What each door gets of a thousand inputs: those that answer in microseconds the most. */
const shares = {
  match: 370,
  HTTP: 150,
  scenario: 100,
  'socket.io': 60,
  'Modbus requests': 80,
  profile: 80,
  registers: 50,
  flags: 40,
  'small files': 8,
  contracts: 8,
  'JSON-RPC': 11,
  'no HTTP': 10,
  'chain journal': 10,
  'Modbus answers': 6,
  'OPC UA requests': 11,
  'OPC UA answers': 1,
  'log.sqlite': 4,
} as const

export type Door = keyof typeof shares

/**
 * Sends a door its share of inputs, `each` to a call of `send` (1) and `lanes` calls at a time (1). `send` throws on what must not happen; so does an input that
 * takes too long. What is thrown names the input, and the seed that makes it again.
 */
export async function throughDoor(options: {
  readonly door: Door
  readonly lanes?: number
  readonly each?: number
  readonly send: (input: SeededInput, index: number) => void | Promise<void>
}): Promise<void> {
  const { door, lanes = 1, each = 1, send } = options
  const inputs = Math.max(1, Math.ceil((INPUTS * shares[door]) / 1_000 / each))
  let next = 0
  let turnMs = performance.now()
  const lane = async () => {
    for (let index = next++; index < inputs; index = next++) {
      try {
        const sent = send(new SeededInput(`${SEED}/${door}/${index}`), index)
        if (sent !== undefined) await inTime(sent)
        else if (performance.now() - turnMs > TURN_MS) {
          await new Promise((resolve) => setImmediate(resolve)) // the watchdog and the test's own time limit want a turn
          turnMs = performance.now()
        }
      } catch (cause) {
        throw new Error(`${door}, input ${index} of COMMONWATT_TEST_SEED=${SEED}: ${String(cause)}`, { cause })
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

function inTime(sent: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${INPUT_MS_MAX} ms`)), INPUT_MS_MAX)
  })
  return Promise.race([sent, late]).finally(() => clearTimeout(timer))
}
