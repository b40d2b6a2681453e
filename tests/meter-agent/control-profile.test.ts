import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { command, controllerAt, eventsIn, folder } from './controlled-device.ts'
import { type Registers, serveRegisters } from './modbus-serial.ts'

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))
const text = (address: number, characters: string, words: number) => {
  const bytes = Buffer.alloc(words * 2)
  bytes.write(characters)
  return Array.from({ length: words }, (_, i) => [address + i, bytes.readUInt16BE(2 * i)] as const)
}

/** The registers that a family is known and told by; what is written stays. */
class Registry {
  readonly registers: Map<number, number>
  readonly writes: string[] = []
  constructor(words: readonly (readonly [number, number])[]) {
    this.registers = new Map(words)
  }
  readonly write = (address: number, words: readonly number[]): void => {
    this.writes.push(`${address}=${words.map((word) => word.toString(16).padStart(4, '0')).join('')}`)
    for (const [i, word] of words.entries()) this.registers.set(address + i, word)
  }
}
const huawei = () =>
  new Registry([
    ...text(30_000, 'SUN2000-10KTL-M1', 15),
    ...text(30_015, 'HV1', 10),
    [30_073, 0],
    [30_074, 10_000],
    ...[47_083, 47_100, 47_246, 47_247, 47_248, 47_249, 47_250, 47_415].map((at) => [at, 0] as const),
    [47_418, 700],
  ])
const solaredge = () =>
  new Registry([
    [40_000, 0x5375],
    [40_001, 0x6e53],
    ...text(40_052, 'SE1', 16),
    [40_069, 103],
    ...Array.from({ length: 14 }, (_, i) => [57_348 + i, 0] as const),
    [57_357, 7],
  ])

const controlling = (device: Registry, profile: string, commands: readonly Parameters<typeof command>[0][]) =>
  run(
    Effect.gen(function* () {
      const made = yield* folder
      const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { accept } = yield* controllerAt(port, { folder: made, profile })
          for (const one of commands) yield* accept(command(one))
        }),
      )
      return eventsIn(made)
    }),
  )

describe('a device that is told by its profile', () => {
  it('is a Huawei: forced for some minutes, stopped by its command, which is 0 at the end whatever was found', async () => {
    const device = huawei()
    device.registers.set(47_100, 2) // left by somebody else
    const before = new Map(device.registers).set(47_100, 0)
    const events = await controlling(device, 'huawei-sun2000', [{ action: 'charge', powerW: 2_500 }])
    expect(device.writes).toEqual([
      '47083=0001',
      '47246=0000',
      '47247=000009c4',
      '47100=0001',
      '47100=0000',
      '47247=00000000',
      '47083=0000',
    ])
    expect(device.registers).toEqual(before)
    expect(events).toEqual(['commanded', 'applied', 'reverting stopped', 'reverted'])
  })

  it('is a Huawei: its feed-in is limited to a share of the rated power that it says', async () => {
    const device = huawei()
    const before = new Map(device.registers)
    await controlling(device, 'huawei-sun2000', [{ action: 'curtail', powerW: 3_000 }])
    expect(device.writes).toEqual(['47418=012c', '47415=0007', '47415=0000', '47418=02bc'])
    expect(device.registers).toEqual(before)
  })

  it('without a time-out of its own is written again only where something has changed', async () => {
    const device = huawei()
    await run(
      Effect.gen(function* () {
        const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
        const options = { folder: yield* folder, profile: 'huawei-sun2000', repeatMs: 100 }
        const { accept } = yield* controllerAt(port, options)
        yield* accept(command({ action: 'curtail', powerW: 3_000 }))
        yield* Effect.sleep(600)
        expect(device.writes).toEqual(['47418=012c', '47415=0007'])
        device.registers.set(47_415, 0)
        while (device.writes.length < 3) yield* Effect.sleep(20)
        yield* Effect.sleep(250)
        expect(device.writes).toEqual(['47418=012c', '47415=0007', '47415=0007'])
      }),
    )
  })

  it('is a SolarEdge: in its remote mode, with its time-out, low words first', async () => {
    const device = solaredge()
    const before = new Map(device.registers)
    await controlling(device, 'solaredge-hybrid', [{ action: 'discharge', powerW: 2_500 }])
    expect(device.writes.slice(0, 4)).toEqual(['57348=0004', '57355=003c0000', '57360=4000451c', '57357=0004'])
    expect(device.writes[4]).toBe('57357=0007')
    expect(device.registers).toEqual(before)
  })

  it('is written to as the tests of its profile say', async () => {
    for (const [name, make] of [
      ['huawei-sun2000', huawei],
      ['solaredge-hybrid', solaredge],
    ] as const) {
      const { control } = await Effect.runPromise(loadModbusProfile(name))
      const once = control?.tests.filter(({ timeoutS, powerW }) => timeoutS === 60 && powerW <= 5_000) ?? []
      expect(once.length).toBeGreaterThan(0)
      for (const { action, powerW, expected } of once) {
        const device = make()
        await controlling(device, name, [{ action, powerW }])
        expect(device.writes.slice(0, expected.length)).toEqual(expected.map(({ address, hex }) => `${address}=${hex}`))
      }
    }
  })

  it('is refused, and nothing written, where the profile has no such action, no control at all, or is of another family', async () => {
    const failing = async (device: Registry, profile: string, action: 'curtail' | 'charge') => {
      const failed = await controlling(device, profile, [{ action, powerW: 1_000 }]).then(
        () => expect.unreachable(),
        (cause: Error) => cause.message,
      )
      expect(device.writes).toEqual([])
      return failed
    }
    expect(await failing(solaredge(), 'solaredge-hybrid', 'curtail')).toMatch(/not-capable.*curtail/)
    expect(await failing(solaredge(), 'sungrow-sh', 'charge')).toMatch(
      /sungrow-sh; expected one with a "control" section/,
    )
    const other = huawei()
    for (const [at, word] of text(30_000, 'ANOTHER', 15)) other.registers.set(at, word)
    expect(await failing(other, 'huawei-sun2000', 'charge')).toMatch(/is no device of profile huawei-sun2000/)
  })
})
