import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Fiber, Schedule, Scope } from 'effect'
import { afterAll, expect, it } from 'vitest'
import { type AttachFailure, serveGateway } from '#matching-engine/index.ts'
import { openAttachedMeters } from '#platform/attach/attached-meters.ts'
import { openHomeFolder } from '#platform/home-folder.ts'
import type { AttachedMeter } from '#protocol/attach.ts'
import { addressOf, sign } from '#protocol/signing.ts'
import { emulateRecording } from '#sim/index.ts'
import { domain, Home, NOW_MS, PARTITION, roseStreet, run, SLOT } from '../matching-engine/rose-street.ts'
import { common, sunspecImage } from '../meter-agent/sunspec-image.ts'
import { meterOnPort } from './meter-on-port.ts'

const folders = mkdtempSync(join(tmpdir(), 'attached-'))
const folder = join(folders, 'first')
afterAll(() => rmSync(folders, { recursive: true }))

const began = performance.now()
const clock = { nowMs: () => NOW_MS + Math.floor(performance.now() - began), speed: 1 }
const pace = { pollEveryMs: 200, tradeEveryMs: 60_000 }

const opened = Effect.fnUntraced(function* (folder: string) {
  const { neighbourhood } = yield* roseStreet
  const { street } = neighbourhood
  const { url } = yield* serveGateway({ neighbourhood, clock, host: '127.0.0.1', port: 0 })
  const attached = yield* openAttachedMeters({
    folder,
    neighbourhood: PARTITION,
    clock,
    seed: '1',
    gatewayUrl: () => url,
    homes: () => street.homes.keys(),
  })
  const meterOf = (home: string) => attached.port.status().meters.find((meter) => meter.home === home)
  const until = (home: string, wish: (meter: AttachedMeter) => boolean) =>
    Effect.promise(() =>
      expect.poll(() => wish(meterOf(home) as AttachedMeter), { timeout: 10_000, interval: 50 }).toBe(true),
    )
  return { ...attached, street, neighbourhood, meterOf, until }
})

const at = (port: number) => ({ profile: 'eastron-sdm120', address: `127.0.0.1:${port}` })

it('meters join a street that runs, none stops another one, and the next start goes on with them', () =>
  run(
    Effect.gen(function* () {
      const [mortal, lasting] = [yield* Scope.make(), yield* Scope.make()]
      const annas = yield* Scope.provide(meterOnPort({ powerW: -1_200 }), mortal)
      const berts = yield* Scope.provide(meterOnPort({ powerW: 300 }), lasting)
      const first = yield* opened(folder)
      const { port, street } = first

      const early = yield* Effect.flip(port.attach({ home: 'anna-2', device: at(annas) }))
      expect(early).toMatchObject({ is: 'refused', detail: expect.stringContaining('still starting') })
      const running = yield* Effect.forkChild(first.run(pace))
      yield* Effect.sleep(50)

      yield* port.attach({ home: 'anna-2', device: { ...at(annas), sign: 'turned' } })
      yield* port.attach({ home: 'bert', device: at(berts) })
      expect([street.homes.has('anna-2'), street.homes.has('bert')]).toEqual([true, true])
      yield* first.until('anna-2', ({ state }) => state === 'online')
      expect(first.meterOf('anna-2')?.reading).toMatchObject({ powerW: 1_200, importWh: 77_250, exportWh: 1_234_500 })
      expect(statSync(join(folder, 'anna-2.json')).mode & 0o777).toBe(0o600)
      expect(statSync(join(folder, 'anna-2', 'keys', 'account')).mode & 0o777).toBe(0o600)

      const refusals = yield* Effect.forEach(
        [
          { home: 'anna-2', device: at(annas) },
          { home: 'anna', device: at(annas) },
          { home: 'carl', device: { profile: 'eastron-sdm120', address: `tcp://127.0.0.1:${berts}` } },
          { home: 'carl', device: at(1) },
        ],
        (meter) => Effect.flip(port.attach(meter)),
      )
      expect(refusals).toMatchObject([
        { is: 'refused', field: 'home' },
        { is: 'refused', field: 'home' }, // one of the street's own
        { is: 'refused', field: 'address' },
        { is: 'unreadable', error: 'ModbusClosed' },
      ])
      expect(street.homes.has('carl')).toBe(false)
      // Not even looked at: its home's agent would lose it.
      expect(yield* Effect.flip(port.probe(at(berts)))).toMatchObject({ is: 'refused', field: 'address' })

      yield* Scope.close(mortal, Exit.void)
      yield* first.until('anna-2', ({ state }) => state === 'failing')
      expect(first.meterOf('anna-2')?.cause).toMatchObject({ error: 'ModbusClosed' })
      const bertsTimeMs = first.meterOf('bert')?.reading?.timeMs ?? 0
      yield* first.until('bert', ({ state, reading }) => state === 'online' && (reading?.timeMs ?? 0) > bertsTimeMs)
      yield* Fiber.interrupt(running)

      writeFileSync(join(folder, 'broken.json'), '{"format":1,')
      const second = yield* opened(folder)
      yield* Effect.forkChild(second.run(pace))
      yield* second.until('bert', ({ state }) => state === 'online')
      yield* second.until('anna-2', ({ state }) => state === 'failing')
      expect(second.meterOf('broken')?.cause?.detail).toContain('broken.json')
      expect(readFileSync(join(folder, 'anna-2.json'), 'utf8')).toContain('"sign":"turned"')

      yield* second.port.remove('anna-2')
      expect([second.meterOf('anna-2'), existsSync(join(folder, 'anna-2.json'))]).toEqual([undefined, false])
      expect(existsSync(join(folder, 'anna-2', 'keys', 'account'))).toBe(true)
      expect(yield* Effect.flip(second.port.remove('anna-2'))).toMatchObject({ is: 'unknown' })
      yield* Scope.close(lasting, Exit.void)
    }),
  ))

/** Two SunSpec meters behind one address, of which the second is wired the other way round. */
const twoOnALine = Effect.suspend(() => {
  const unit = (W: number) => {
    const points = { W, TotWhImp: 4_000, TotWhExp: 9_000, PhVphA: 231 }
    return { holding: sunspecImage([common(), { id: 201, length: 105, points }]), input: new Map<number, number>() }
  }
  const units = new Map([
    [1, unit(700)],
    [2, unit(-2_500)],
  ])
  const recording = { type: 'modbus', name: 'two', units, base: 40_000 } as const
  return emulateRecording({ recording, host: '127.0.0.1', port: 27_720 })
})

it('meters share a line, stand under their numbers of the map, are turned, and leave no open order behind', () =>
  run(
    Effect.gen(function* () {
      const line = yield* twoOnALine
      const { port, street, neighbourhood, run: runs, until, meterOf } = yield* opened(join(folders, 'line'))
      yield* Effect.forkChild(runs({ pollEveryMs: 200, tradeEveryMs: 3_600_000 }))
      const unit = (of: number) => ({ profile: 'sunspec', address: `127.0.0.1:${line}`, unit: of })
      const notNow = (failure: AttachFailure) => failure.is === 'refused' && failure.code === 'ATTACH_NOT_NOW'
      const begun = { schedule: Schedule.spaced(20), while: notNow }
      yield* Effect.retry(port.attach({ home: 'gerda', device: unit(1) }), begun)
      const hans = yield* port.attach({ home: 'hans', device: { ...unit(2), sign: 'turned' } })
      expect([...street.homes.keys()][hans.number ?? -1]).toBe('hans')
      yield* until('gerda', ({ reading }) => reading?.powerW === 700)
      yield* until('hans', ({ state, reading }) => state === 'online' && reading?.powerW === 2_500)
      expect(meterOf('hans')).toMatchObject({ sign: 'turned', reading: { importWh: 9_000, exportWh: 4_000 } })
      const twin = yield* Effect.flip(port.probe({ profile: 'sunspec', address: `tcp://127.0.0.1:${line}/?unit=2` }))
      expect(twin).toMatchObject({ is: 'refused', code: 'METER_ATTACHED' })

      // Its meter stands still, so its trader wants nothing: it is given an order of its own.
      const { accountKey } = yield* openHomeFolder(join(folders, 'line', 'hans'), { home: 'hans' })
      const account = addressOf(accountKey)
      const body = new Home('hans').orderBody({ account, slot: SLOT + 1, nonce: 900_000 })
      const placed = yield* neighbourhood.submit(
        [sign({ domain, kind: 'order', body, privateKey: accountKey })],
        NOW_MS,
      )
      expect(placed).toMatchObject([{ accepted: true }])
      const open = () => street.slots.get(SLOT + 1)?.openOrdersOf.get(account)?.size ?? 0
      expect(open()).toBe(1)
      expect(yield* port.remove('hans')).toEqual({ home: 'hans', cancelled: 1 })
      expect([open(), meterOf('hans')]).toEqual([0, undefined])
      yield* until('gerda', ({ state }) => state === 'online')
    }),
  ))
