import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Effect, Exit, Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { refusedWrite } from '#meter-agent/control/controllable-device.ts'
import { openController } from '#meter-agent/control/controller.ts'
import { openSunspecControl } from '#meter-agent/control/sunspec-control.ts'
import { openWritableModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { ControlJournalFailure, type Controller } from '#meter-agent/index.ts'
import {
  accountKey,
  battery,
  command,
  controlled,
  controllerAt,
  Device,
  eventsIn,
  folder,
  hybrid,
  terms,
} from './controlled-device.ts'
import { freePort, type Registers, serveRegisters } from './modbus-serial.ts'

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))
const found = new Device(hybrid).registers

/** Controls a device for as long as the work takes; gives the journal's events, too. */
const controlling = <A, E>(
  device: Device,
  work: (controller: Controller, made: string) => Effect.Effect<A, E, Scope.Scope>,
  options: Omit<Parameters<typeof controlled>[1], 'folder'> = {},
) =>
  run(
    Effect.gen(function* () {
      const made = yield* folder
      const result = yield* Effect.scoped(
        Effect.flatMap(controlled(device, { folder: made, ...options }), (controller) => work(controller, made)),
      )
      return { result, events: eventsIn(made) }
    }),
  )

describe('a command to a SunSpec device', () => {
  it('curtails by model 123: the limit in percent, the time-out of the device, then the enable flag; and the end puts back what was found', async () => {
    const device = new Device(hybrid)
    const { events } = await controlling(device, (controller) =>
      Effect.gen(function* () {
        yield* controller.accept(command({ powerW: 4_255 }))
        expect(device.writes).toEqual(['123.WMaxLimPct_RvrtTms=60', '123.WMaxLimPct=425', '123.WMaxLim_Ena=1'])
        expect(device.point('123.WMaxLim_Ena')).toBe(1)
      }),
    )
    expect(device.writes.slice(3)).toEqual(['123.WMaxLim_Ena=0', '123.WMaxLimPct=1000', '123.WMaxLimPct_RvrtTms=7'])
    expect(device.registers).toEqual(found)
    expect(events).toEqual(['commanded', 'applied', 'reverting stopped', 'reverted'])
  })

  it('charges and discharges by model 124: both limits leave the battery one power', async () => {
    const device = new Device(hybrid)
    await controlling(device, (controller) =>
      Effect.gen(function* () {
        yield* controller.accept(command({ action: 'charge', powerW: 2_000 }))
        const asSigned = (path: string) => (device.point(path) << 16) >> 16
        // percent of 4 kW of charge and of 5 kW of discharge
        expect([asSigned('124.InWRte'), asSigned('124.OutWRte'), device.point('124.StorCtl_Mod')]).toEqual([
          5_000, -4_000, 3,
        ])
        expect(device.point('124.InOutWRte_RvrtTms')).toBe(60)
        yield* controller.accept(command({ action: 'discharge', powerW: 1_000 }))
        expect([asSigned('124.InWRte'), asSigned('124.OutWRte')]).toEqual([-2_500, 2_000])
      }),
    )
    expect(device.registers).toEqual(found)
  })

  it('curtails, charges and discharges a device of the 700 models by 704', async () => {
    const device = new Device(battery)
    const before = new Map(device.registers)
    await controlling(device, (controller) =>
      Effect.gen(function* () {
        yield* controller.accept(command({ action: 'charge', powerW: 3_000 }))
        expect(device.writes).toEqual([
          '704.WSetEnaRvrt=0',
          '704.WSetRvrtTms=60',
          '704.WSetMod=1',
          `704.WSet=${2 ** 32 - 300}`,
          '704.WSetEna=1',
        ])
        yield* controller.accept(command({ action: 'discharge', powerW: 4_000 }))
        expect(device.point('704.WSet')).toBe(400)
        yield* controller.accept(command({ action: 'curtail', powerW: 1_000 }))
        expect([
          device.point('704.WSetEna'),
          device.point('704.WMaxLimPctEna'),
          device.point('704.WMaxLimPct'),
        ]).toEqual([0, 1, 20])
        expect(device.point('704.WMaxLimPctRvrtTms')).toBe(60)
      }),
    )
    expect(device.registers).toEqual(before)
  })

  it('never loosens what an installer has limited for good, and gives it back', async () => {
    const device = new Device(hybrid)
    device.set('123.WMaxLimPct', 700)
    device.set('123.WMaxLim_Ena', 1)
    const limited = new Map(device.registers)
    await controlling(device, (controller) =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(controller.accept(command({ powerW: 8_000 })))
        expect(refused.message).toMatch(/out-of-range.*at most 7000, to which the device is limited already/)
        yield* controller.accept(command({ powerW: 3_000 }))
        expect(device.point('123.WMaxLimPct')).toBe(300)
        // The limit of the command at work is not the installer's.
        yield* controller.accept(command({ powerW: 6_000 }))
        expect(device.point('123.WMaxLimPct')).toBe(600)
      }),
    )
    expect(device.registers).toEqual(limited)
  })

  it('is not put back to a limit of 0 % that a device says while it produces', async () => {
    const device = new Device(hybrid)
    device.set('123.WMaxLimPct', 0)
    device.set('123.WMaxLim_Ena', 1)
    device.set('103.W', 2_900)
    await controlling(device, (controller) => controller.accept(command({ powerW: 1_000 })))
    expect([device.point('123.WMaxLimPct'), device.point('123.WMaxLim_Ena')]).toEqual([1_000, 1])
    // At night nobody can tell: then it counts.
    const night = new Device(hybrid)
    night.set('123.WMaxLimPct', 0)
    night.set('123.WMaxLim_Ena', 1)
    await controlling(night, (controller) => Effect.flip(controller.accept(command({ powerW: 1_000 }))))
    expect(night.writes).toEqual([])
  })

  it('is in percent for a battery that takes no watts', async () => {
    const device = new Device(battery)
    device.set('704.WSet', 0x8000)
    await controlling(device, (controller) =>
      Effect.gen(function* () {
        yield* controller.accept(command({ action: 'charge', powerW: 2_500 }))
        expect([device.point('704.WSetMod'), device.point('704.WSetPct'), device.point('704.WSetEna')]).toEqual([
          0, 0xffce, 1,
        ])
      }),
    )
  })

  it('is not carried out where the device cannot do it, or is at its reserve', async () => {
    const device = new Device(hybrid)
    device.set('124.ChaState', 100)
    await controlling(device, (controller) =>
      Effect.gen(function* () {
        const flat = yield* Effect.flip(controller.accept(command({ action: 'discharge', powerW: 100 })))
        expect(flat.message).toMatch(/not-capable.*reserve of 10 %/)
      }),
    )
    const inverter = new Device(hybrid.slice(0, 5))
    await run(
      Effect.gen(function* () {
        const controller = yield* controlled(inverter, { folder: yield* folder })
        const refused = yield* Effect.flip(controller.accept(command({ action: 'charge', powerW: 100 })))
        expect(refused).toMatchObject({ _tag: 'ControlRefused', reason: 'not-capable' })
      }),
    )
    expect([device.writes, inverter.writes]).toEqual([[], []])
  })

  it('is written register by register with function 6 where a device does not have function 16', async () => {
    const device = new Device(hybrid)
    device.onWrite = (point) => (point.startsWith('many') ? 1 : 'keep')
    await controlling(device, (controller) => controller.accept(command({})))
    expect(device.writes).toHaveLength(6)
    expect(device.registers).toEqual(found)
  })
})

describe('a command that is refused', () => {
  const stranger = `0x${'22'.repeat(32)}` as const
  const forged = () => {
    const signed = command({ powerW: 4_000 })
    return { ...signed, body: { ...signed.body, powerW: 9_000 } }
  }
  const cases: readonly (readonly [reason: string, input: () => unknown])[] = [
    ['forged', forged],
    ['forged', () => command({}, stranger).signature],
    ['forged', () => ({ ...command({}), kind: 'order' })],
    ['not-authorised', () => command({}, stranger)],
    ['other-device', () => command({ deviceId: 'another' })],
    ['expired', () => command({ expiresAtMs: Date.now() - 1 })],
    ['lease-too-long', () => command({ expiresAtMs: Date.now() + 3_700_000 })],
    ['out-of-range', () => command({ powerW: 10_001 })],
    ['not-allowed', () => command({ action: 'discharge', powerW: 1 })],
  ]

  it('writes nothing, and says which part is wrong', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const actions = { curtail: { minW: 0, maxW: 10_000 } }
        const controller = yield* controlled(device, { folder: yield* folder, terms: { actions } })
        for (const [reason, input] of cases) {
          const refused = yield* Effect.flip(controller.accept(input()))
          expect([reason, refused]).toMatchObject([reason, { _tag: 'ControlRefused', reason }])
        }
      }),
    )
    expect(device.writes).toEqual([])
  })

  it('uses its nonce once, also over a restart, and no older one', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        const old = command({})
        const first = command({})
        yield* Effect.scoped(Effect.flatMap(controlled(device, { folder: made }), ({ accept }) => accept(first)))
        const controller = yield* controlled(device, { folder: made })
        for (const again of [first, old]) {
          expect(yield* Effect.flip(controller.accept(again))).toMatchObject({ reason: 'replayed' })
        }
        yield* controller.accept(command({}))
      }),
    )
  })

  it('comes too often: no more changes in a minute than allowed, also over a restart', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        yield* Effect.scoped(
          Effect.flatMap(controlled(device, { folder: made }), ({ accept }) =>
            Effect.andThen(accept(command({ powerW: 1_000 })), accept(command({ powerW: 2_000 }))),
          ),
        )
        const controller = yield* controlled(device, { folder: made })
        yield* controller.accept(command({ powerW: 3_000 }))
        const refused = yield* Effect.flip(controller.accept(command({ powerW: 4_000 })))
        expect(refused.message).toMatch(/too-often.*number 4 in a minute; expected at most 3/)
        // To put back is no change: it is always allowed.
        yield* controller.accept(command({ action: 'release', powerW: 0 }))
        expect(device.registers).toEqual(found)
      }),
    )
  })
})

describe('a lease', () => {
  it('is written again while it lasts, and put back when it is over', async () => {
    const device = new Device(hybrid)
    let wallOffMs = 0
    const writes = () => device.writes.filter((write) => write === '123.WMaxLimPct=400').length
    const { result, events } = await controlling(
      device,
      (controller) =>
        Effect.gen(function* () {
          const lease = yield* controller.accept(command({ expiresAtMs: Date.now() + 60_000 }))
          device.set('123.WMaxLimPct_RvrtTms', 1)
          while (writes() < 3) yield* Effect.sleep(20)
          wallOffMs = 60_000
          return yield* lease?.ended ?? Effect.die('no lease')
        }),
      { repeatMs: 200, wallOffMs: () => wallOffMs },
    )
    expect(result).toBe('expired')
    expect(writes()).toBeGreaterThan(2)
    expect(device.registers).toEqual(found)
    expect(events).toEqual(['commanded', 'applied', 'reverting expired', 'reverted'])
  })

  it('is no longer where the clock on the wall is set back', async () => {
    const device = new Device(hybrid)
    let wallOffMs = 0
    const { result } = await controlling(
      device,
      (controller) =>
        Effect.gen(function* () {
          const lease = yield* controller.accept(command({ expiresAtMs: Date.now() + 300 }))
          wallOffMs = -3_600_000
          return yield* lease?.ended ?? Effect.die('')
        }),
      { wallOffMs: () => wallOffMs },
    )
    expect(result).toBe('expired')
  })

  it('ends early by a release, and by another command that takes its place', async () => {
    const device = new Device(hybrid)
    const { result, events } = await controlling(device, (controller) =>
      Effect.gen(function* () {
        const first = yield* controller.accept(command({ powerW: 4_000 }))
        const second = yield* controller.accept(command({ action: 'charge', powerW: 500 }))
        expect(device.point('123.WMaxLim_Ena')).toBe(0) // put back before the battery is told anything
        yield* controller.accept(command({ action: 'release', powerW: 0 }))
        expect(device.registers).toEqual(found)
        return [yield* first?.ended ?? Effect.die(''), yield* second?.ended ?? Effect.die('')]
      }),
    )
    expect(result).toEqual(['superseded', 'released'])
    expect(events.filter((event) => event === 'reverted')).toHaveLength(2)
  })

  it('ends where a register holds something else than was written, with both in the error', async () => {
    const device = new Device(hybrid)
    device.onWrite = (point) => (point.endsWith('WMaxLimPct') ? 'ignore' : 'keep')
    const { events } = await controlling(device, (controller) =>
      Effect.gen(function* () {
        const mismatch = yield* Effect.flip(controller.accept(command({ powerW: 2_000 })))
        expect(mismatch).toMatchObject({ _tag: 'ReadBackMismatch', written: '00c8', read: '03e8' })
      }),
    )
    expect(device.registers).toEqual(found)
    expect(events).toEqual(['commanded', 'failed', 'reverting failed', 'reverted'])
  })

  it('is put back also where the device refuses one of its registers', async () => {
    const device = new Device(hybrid)
    device.onWrite = (point) => (point.endsWith('WMaxLim_Ena') ? 2 : 'keep')
    const { events } = await controlling(device, (controller) =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(controller.accept(command({})))
        expect(refused).toMatchObject({ _tag: 'ModbusException', code: 2 })
      }),
    )
    expect(device.registers).toEqual(found)
    expect(events).toEqual(['commanded', 'failed', 'reverting failed', 'reverted'])
  })

  it('ends where a device stops to do so later on', async () => {
    const device = new Device(hybrid)
    const { result } = await controlling(
      device,
      (controller) =>
        Effect.gen(function* () {
          const lease = yield* controller.accept(command({}))
          device.onWrite = (point) => (point.endsWith('WMaxLim_Ena') ? 'ignore' : 'keep')
          device.set('123.WMaxLim_Ena', 0)
          return yield* Effect.flip(lease?.ended ?? Effect.die(''))
        }),
      { repeatMs: 100 },
    )
    expect(result).toMatchObject({ _tag: 'ReadBackMismatch', written: '0001', read: '0000' })
    expect(device.registers).toEqual(found)
  })
})

describe('a device that is lost while a command is at work', () => {
  it('is put back when it is there again, and the command has ended', async () => {
    const device = new Device(hybrid)
    const serve = (port: number) => serveRegisters((): Registers => device.registers, port, device.write)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        const port = yield* freePort
        const power = yield* Scope.make()
        yield* Scope.provide(serve(port), power)
        const controller = yield* controllerAt(port, { folder: made, repeatMs: 100 })
        const lease = yield* controller.accept(command({}))
        yield* Scope.close(power, Exit.void)
        yield* Effect.sleep(300)
        expect(device.point('123.WMaxLim_Ena')).toBe(1)
        yield* serve(port)
        const ended = yield* Effect.flip(lease?.ended ?? Effect.die(''))
        expect(ended).toMatchObject({ _tag: 'ControlLost' })
        expect(device.registers).toEqual(found)
        expect(eventsIn(made)).toEqual(['commanded', 'applied', 'reverting reconnected', 'reverted'])
      }),
    )
  })
})

describe('a device that starts anew while a command is at work', () => {
  it('is not told the same again: what it does by itself is found out, and the command has ended', async () => {
    const device = new Device(hybrid)
    const serve = (port: number) => serveRegisters((): Registers => device.registers, port, device.write)
    await run(
      Effect.gen(function* () {
        const port = yield* freePort
        const power = yield* Scope.make()
        yield* Scope.provide(serve(port), power)
        const controller = yield* controllerAt(port, { folder: yield* folder, repeatMs: 1_000 })
        const lease = yield* controller.accept(command({ powerW: 4_000 }))
        yield* Scope.close(power, Exit.void)
        device.set('123.WMaxLim_Ena', 0)
        yield* serve(port)
        expect(yield* Effect.flip(lease?.ended ?? Effect.die(''))).toMatchObject({ _tag: 'ControlLost' })
        expect(device.writes.filter((write) => write === '123.WMaxLim_Ena=1')).toHaveLength(1)
        expect(device.registers).toEqual(found)
      }),
    )
  })
})

describe('the allow-list', () => {
  const coding = { words: 1, kind: 'signed', scale: 0.1, wordOrder: 'high-first' } as const
  const allowed = [{ name: 'limit', unit: 1, address: 100, coding, min: -100, max: 100 }]
  const refused = (write: { unit?: number; address?: number; words?: readonly number[] }) =>
    refusedWrite(allowed, [{ unit: 1, address: 100, words: [1_000], ...write }])

  it('lets through what stands in it, within its range, and nothing else', () => {
    expect([refused({}), refused({ words: [0xfc18] })]).toEqual([null, null])
    expect(refused({ words: [1_001] })).toMatchObject({ reason: 'out-of-range', value: '100.1' })
    expect(refused({ words: [0xfc17] })).toMatchObject({ reason: 'out-of-range', value: '-100.1' })
    for (const write of [{ address: 101 }, { unit: 2 }, { words: [0, 1_000] }, { words: [] }]) {
      expect(refused(write)).toMatchObject({ reason: 'not-allowed' })
    }
  })
})

describe('a process that is killed while a command is at work', () => {
  const killed = (device: Device, then: (port: number, made: string) => Effect.Effect<void, unknown, Scope.Scope>) =>
    run(
      Effect.gen(function* () {
        const made = yield* folder
        const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
        yield* Effect.promise(async () => {
          const file = fileURLToPath(new URL('./killed-controller.ts', import.meta.url))
          const child = spawn(process.execPath, [file, String(port), made], { stdio: ['ignore', 'pipe', 'inherit'] })
          expect(String((await once(child.stdout, 'data'))[0])).toBe('applied\n')
          child.kill('SIGKILL')
          await once(child, 'exit')
        })
        expect([device.point('123.WMaxLimPct'), device.point('123.WMaxLim_Ena')]).toEqual([200, 1])
        yield* then(port, made)
      }),
    )

  it('is followed by one that puts the device back before anything else', async () => {
    const device = new Device(hybrid)
    await killed(device, (port, made) =>
      Effect.gen(function* () {
        // Half a line is what a crash leaves of a record that was never acted upon.
        appendFileSync(join(made, 'control.ndjson'), '{"entry":{"event":"comm')
        const controller = yield* controllerAt(port, { folder: made })
        expect(device.registers).toEqual(found)
        expect(eventsIn(made)).toEqual(['commanded', 'applied', 'reverting crashed', 'reverted'])
        yield* controller.accept(command({ powerW: 1_000, nonce: 2 }))
      }),
    )
  })

  it('leaves a device that the next one finds as it was, whenever it is killed', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
        const file = fileURLToPath(new URL('./killed-controller.ts', import.meta.url))
        let midway = 0
        for (let round = 1; round <= 7; round++) {
          yield* Effect.promise(async () => {
            const child = spawn(process.execPath, [file, String(port), made, String(round)], {
              stdio: ['ignore', 'pipe', 'inherit'],
            })
            const written = device.writes.length
            // Each time a write further: into the command, then into what puts it back.
            while (device.writes.length < written + round - 1) await new Promise((resolve) => setTimeout(resolve, 1))
            child.kill('SIGKILL')
            await once(child, 'exit')
          })
          if (!isDeepStrictEqual(device.registers, found)) midway++
          yield* Effect.scoped(controllerAt(port, { folder: made }))
          expect(device.registers).toEqual(found)
        }
        expect(midway).toBeGreaterThan(1)
      }),
    )
  }, 60_000)

  it('and another device at its address is never written to', async () => {
    const device = new Device(hybrid)
    await killed(device, (port, made) =>
      Effect.gen(function* () {
        device.set('1.SN', 0x4242)
        const writes = device.writes.length
        const exit = yield* Effect.exit(Effect.scoped(controllerAt(port, { folder: made })))
        expect(String(exit)).toContain('another device')
        expect(Exit.isFailure(exit)).toBe(true)
        expect(device.writes).toHaveLength(writes)
      }),
    )
  }, 20_000)
})

describe('a controller that was stopped', () => {
  it('puts back what it was told afterwards, too, when its scope closes', async () => {
    const device = new Device(hybrid)
    const { events } = await controlling(device, ({ accept, stop }) =>
      Effect.gen(function* () {
        yield* accept(command({ powerW: 4_255, nonce: 1 }))
        yield* stop
        yield* accept(command({ powerW: 2_000, nonce: 2 }))
      }),
    )
    expect(device.registers).toEqual(found)
    expect(events.slice(-2)).toEqual(['reverting stopped', 'reverted'])
  })
})

describe('the journal of commands', () => {
  it('comes first: where it cannot be kept, nothing is written', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
        const bus = yield* openWritableModbusLine({
          line: { transport: 'tcp', host: '127.0.0.1', port },
          timeoutMs: 500,
        })
        const full = new ControlJournalFailure({ file: 'control.ndjson', detail: 'ENOSPC' })
        const { accept } = yield* openController({
          bus,
          url: '',
          device: openSunspecControl(bus, { unit: 1 }),
          journal: { records: () => [], append: () => Effect.fail(full) },
          terms,
          clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
        })
        expect(yield* Effect.flip(accept(command({})))).toBe(full)
      }),
    )
    expect(device.writes).toEqual([])
  })

  it('is held by one process, and fails where a record was changed or left out', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { accept } = yield* controlled(device, { folder: made })
            yield* accept(command({}))
            const second = yield* Effect.flip(Effect.scoped(controlled(device, { folder: made })))
            expect(second).toMatchObject({ _tag: 'ControlJournalFailure' })
          }),
        )
        const file = join(made, 'control.ndjson')
        const whole = readFileSync(file, 'utf8')
        for (const [changed, reason] of [
          [whole.replace('"powerW":4000', '"powerW":9000'), /line 2 does not follow/],
          [whole.split('\n').slice(1).join('\n'), /line 1 does not follow/],
          [whole.replace('{', '{ '), /line 1 is not spelled canonically/],
          [`x${whole}`, /line 1: /],
        ] as const) {
          writeFileSync(file, changed)
          const damaged = yield* Effect.flip(Effect.scoped(controlled(device, { folder: made })))
          expect(damaged.message).toMatch(reason)
        }
      }),
    )
  })

  it('has what a command was, whose, and what was written', async () => {
    const device = new Device(hybrid)
    await run(
      Effect.gen(function* () {
        const made = yield* folder
        const { accept } = yield* controlled(device, { folder: made })
        const signed = command({ powerW: 1_234 })
        yield* accept(signed)
        const [first = ''] = readFileSync(join(made, 'control.ndjson'), 'utf8').split('\n')
        const { entry } = JSON.parse(first)
        expect(entry).toMatchObject({ event: 'commanded', command: signed.body, signature: signed.signature })
        expect(entry.writes).toHaveLength(3)
        expect(entry.revert.map(({ hex }: { hex: string }) => hex)).toEqual(['0000', '03e8', '0007'])
        expect(first).not.toContain(accountKey.slice(2))
      }),
    )
  })
})
