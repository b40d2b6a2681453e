import { Console, Effect, Option } from 'effect'
import { identifyDevice, SUNSPEC_BASES } from '#meter-agent/index.ts'
import { EMULATOR_BASE_PORT, emulateRecording, loadRecording, type Recording } from '#sim/index.ts'
import { BadInput } from './bad-input.ts'

/** What `npx commonwatt meter emulate` was told. */
export interface EmulateMeterFlags {
  readonly file: string
  readonly host: string
  readonly port: Option.Option<number>
  readonly json: boolean
  readonly writable: boolean
}

/** Where an emulated device answers, and what a user types to read it. */
interface Answering {
  readonly address: string
  readonly command: string
}

/** Puts a recorded device on a port until it is stopped, and prints where. Fails with BadInput on a bad file. */
export const emulateMeter = Effect.fnUntraced(function* (flags: EmulateMeterFlags) {
  const { host, json } = flags
  const recording = yield* loadRecording(flags.file).pipe(
    Effect.catch((error) => Effect.fail(new BadInput({ detail: error.message }))),
  )
  if (flags.writable && recording.type === 'p1') {
    return yield* new BadInput({ detail: '--writable goes with a Modbus device: a P1 port is only listened to' })
  }
  const port = yield* emulateRecording({
    recording,
    host,
    port: Option.getOrElse(flags.port, () => EMULATOR_BASE_PORT),
    writes: flags.writable ? 'kept' : 'refused',
  })
  const devices = yield* answering(recording, `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`)
  if (json) yield* Console.log(JSON.stringify({ name: recording.name, devices }))
  else {
    yield* Console.log(`${recording.name} answers until it is stopped`)
    for (const { address, command } of devices) {
      yield* Console.log(`  ${address}  ${command}`)
    }
  }
  return yield* Effect.never
}, Effect.scoped)

/** It is on its port, on this computer: what it does not answer at once it does not have. */
const IDENTIFY_MS = 500

const answering = (recording: Recording, at: string): Effect.Effect<readonly Answering[]> => {
  if (recording.type === 'p1') {
    return Effect.succeed([{ address: `p1:${at}`, command: `npx commonwatt meter read p1:${at}` }])
  }
  const { base } = recording
  return Effect.forEach(recording.units, ([unit, { holding, input }]) =>
    Effect.gen(function* () {
      const address = `${at}?unit=${unit}`
      const read = `npx commonwatt meter read --modbus '${address}'`
      if (base !== null) {
        return { address, command: SUNSPEC_BASES.includes(base) ? read : `${read} --base ${base}` }
      }
      const profile = (yield* identifyDevice({ url: address, timeoutMs: IDENTIFY_MS }))?.profile ?? null
      if (profile !== null) return { address, command: `${read} --profile ${profile}` }
      const [table, words] = holding.size > 0 ? ['', holding] : [' --table input', input]
      const ranges = rangesOf([...words.keys()]).join()
      return { address, command: `npx commonwatt meter dump '${address}'${table} --ranges ${ranges}` }
    }),
  )
}

/** Addresses as `FIRST-LAST`. */
function rangesOf(addresses: readonly number[]): readonly string[] {
  const sorted = addresses.toSorted((a, b) => a - b)
  const firsts = sorted.filter((address, i) => sorted[i - 1] !== address - 1)
  const lasts = sorted.filter((address, i) => sorted[i + 1] !== address + 1)
  return firsts.map((first, i) => `${first}-${lasts[i]}`)
}
