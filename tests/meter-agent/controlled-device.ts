import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import { type ControlTerms, openControl } from '#meter-agent/index.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import type { DeviceCommand } from '#protocol/device-command.ts'
import { addressOf, signCommand } from '#protocol/signing.ts'
import { type Registers, serveRegisters } from './modbus-serial.ts'
import { common, type ImageModel, sunspecImage } from './sunspec-image.ts'

export const accountKey = `0x${'11'.repeat(32)}` as const
const account = addressOf(accountKey)

/** A hybrid inverter of 10 kW with a battery that charges with 4 and discharges with 5 kW. */
export const hybrid: readonly ImageModel[] = [
  common(),
  { id: 103, length: 50 },
  { id: 120, length: 26, points: { WRtg: 10_000, MaxDisChaRte: 50, MaxDisChaRte_SF: 2, MaxChaRte: 0xffff } },
  { id: 121, length: 30, points: { WMax: 1000, WMax_SF: 1 } },
  { id: 123, length: 24, points: { WMaxLimPct: 1000, WMaxLimPct_SF: -1, WMaxLimPct_RvrtTms: 7 } },
  { id: 124, length: 24, points: { WChaMax: 4000, ChaState: 555, ChaState_SF: -1, MinRsvPct: 10, InOutWRte_SF: -2 } },
]
/** A battery of the 700 models. */
export const battery: readonly ImageModel[] = [
  common(),
  { id: 701, length: 153 },
  { id: 702, length: 50, points: { WMax: 500, W_SF: 1, WChaRteMax: 300, WDisChaRteMax: 400 } },
  { id: 704, length: 65, points: { WMaxLimPct: 100, WSet_SF: 1 } },
  { id: 713, length: 7, points: { WHRtg: 10_000, SoC: 50 } },
]

/** An image of which a test can look up and change points, as `123.WMaxLimPct`, in words as they stand there. */
export class Device {
  readonly registers: Map<number, number>
  readonly writes: string[] = []
  /** what the device does other than keep what is written */
  onWrite: (point: string) => 'keep' | 'ignore' | number = () => 'keep'
  readonly #models: readonly ImageModel[]

  constructor(models: readonly ImageModel[]) {
    this.#models = models
    this.registers = new Map(sunspecImage(models))
  }

  point(path: string): number {
    const [address, size] = this.#placeOf(path)
    const words = Array.from({ length: size }, (_, i) => this.registers.get(address + i) ?? 0)
    return words.reduce((value, word) => value * 65_536 + word, 0)
  }

  set(path: string, word: number): void {
    this.registers.set(this.#placeOf(path)[0], word)
  }

  readonly write = (address: number, words: readonly number[], how: 'one' | 'many'): void => {
    const path = this.#pathOf(address)
    const does = this.onWrite(`${how} ${path}`)
    if (typeof does === 'number') throw Object.assign(new Error('refused'), { modbusErrorCode: does })
    this.writes.push(`${path}=${words.reduce((value, word) => value * 65_536 + word, 0)}`)
    if (does === 'keep') for (const [i, word] of words.entries()) this.registers.set(address + i, word)
  }

  #places(): readonly (readonly [path: string, address: number, size: number])[] {
    let at = 40_002
    return this.#models.flatMap(({ id, length }) => {
      const from = at
      at += length + 2
      const points = modelDefinitions.get(id)?.points ?? []
      return points.map(({ name, offset, size }) => [`${id}.${name}`, from + offset, size] as const)
    })
  }
  #placeOf(path: string): readonly [address: number, size: number] {
    const place = this.#places().find(([one]) => one === path)
    if (place === undefined) throw new Error(`no point ${path}`)
    return [place[1], place[2]]
  }
  #pathOf(address: number): string {
    return this.#places().find(([, one]) => one === address)?.[0] ?? `register ${address}`
  }
}

/** What is allowed unless a test says other. */
export const terms: ControlTerms = {
  deviceId: 'device',
  accounts: [account],
  actions: {
    curtail: { minW: 0, maxW: 10_000 },
    charge: { minW: 0, maxW: 4_000 },
    discharge: { minW: 0, maxW: 5_000 },
  },
  changesPerMinute: 3,
  leaseMsMax: 3_600_000,
}

let nonce = 0
/** A command of the home's account, valid for a minute. */
export const command = (change: Partial<DeviceCommand>, key: `0x${string}` = accountKey) =>
  signCommand(
    {
      account,
      deviceId: 'device',
      action: 'curtail',
      powerW: 4_000,
      expiresAtMs: Date.now() + 60_000,
      nonce: ++nonce,
      ...change,
    },
    key,
  )

/** A folder that goes with the scope. */
export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), 'control-'))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)

interface ControlOptions {
  readonly folder: string
  readonly terms?: Partial<ControlTerms> | undefined
  readonly repeatMs?: number
  readonly profile?: string
  /** how far the wall's clock is off, ms */
  readonly wallOffMs?: () => number
}

/** Serves a device and takes control of it. */
export const controlled = (device: Device, options: ControlOptions) =>
  Effect.gen(function* () {
    const { port } = yield* serveRegisters((): Registers => device.registers, undefined, device.write)
    return yield* controllerAt(port, options)
  })

/** Takes control of what answers at a port. */
export const controllerAt = (port: number, options: ControlOptions) =>
  openControl({
    device: {
      type: 'modbus',
      url: `tcp://127.0.0.1:${port}?unit=1`,
      ...(options.profile === undefined ? {} : { profile: options.profile }),
    },
    journalFile: join(options.folder, 'control.ndjson'),
    terms: { ...terms, ...options.terms },
    clock: { nowMs: () => Date.now() + (options.wallOffMs?.() ?? 0), monotonicMs: () => performance.now() },
    timeoutMs: 1_500,
    ...(options.repeatMs === undefined ? {} : { repeatMs: options.repeatMs }),
  })

/** What happened, as the journal tells it. */
export const eventsIn = (made: string): readonly string[] =>
  readFileSync(join(made, 'control.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { entry } = JSON.parse(line) as { entry: { event: string; reason?: string } }
      return entry.reason === undefined ? entry.event : `${entry.event} ${entry.reason}`
    })
