import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { identifyDevice } from '#meter-agent/index.ts'
import { freePort, type Registers, serveRegisters } from './modbus-serial.ts'
import { wordsAt } from './pymodbus.ts'
import { images, recorded, there } from './recorded-registers.ts'
import { common, sunspecImage } from './sunspec-image.ts'

const run = <A>(effect: Effect.Effect<A, unknown, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))
const identify = (registers: Registers, { unit = 1, timeoutMs = 5_000 } = {}) =>
  run(
    Effect.gen(function* () {
      const { port } = yield* serveRegisters(() => registers)
      return yield* identifyDevice({ url: `tcp://127.0.0.1:${port}?unit=${unit}`, timeoutMs })
    }),
  )

describe('who answers at an address', () => {
  it('is a SunSpec device by its own words', async () => {
    expect(await identify(sunspecImage([common()]))).toMatchObject({ profile: 'sunspec', manufacturer: 'Commonwatt' })
  })

  it('is of a family that can be told by its profile', async () => {
    expect(await identify(new Map([[0x0b, 1_648]]))).toMatchObject({ profile: 'carlo-gavazzi-em24-e1' })
  })

  it('is somebody, where nothing is known of what it says', async () => {
    expect(await identify(new Map([[7, 7]]))).toMatchObject({ profile: null, manufacturer: null })
  })

  it('is nobody, where none answers, nobody listens, or the address is none', async () => {
    expect(await identify(new Map(), { unit: 9, timeoutMs: 300 })).toBe(null)
    const port = await Effect.runPromise(freePort)
    expect(await run(identifyDevice({ url: `tcp://127.0.0.1:${port}?unit=1`, timeoutMs: 5_000 }))).toBe(null)
    expect(await run(identifyDevice({ url: 'udp://127.0.0.1', timeoutMs: 300 }))).toBe(null)
  })
})

describe.skipIf(!there)('a recorded device', () => {
  const told = images.filter(([name]) => !name.startsWith('e3dc')) // one register, which tells nothing
  it.each(told)('%s is told to be of %s', async (name, profile) => {
    const { registers = [] } = recorded(name)
    const words = new Map(Object.entries(wordsAt(registers)).map(([address, word]) => [Number(address), word]))
    expect(await identify(words)).toMatchObject({ profile })
  })
})
