import { Effect, type Scope } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { SimulatedHome } from '../home/simulated-home.ts'
import type { EmulatorFailure } from './emulator-failure.ts'
import { serveModbus } from './modbus-serial.ts'
import { registersAt } from './register-source.ts'
import { SUNSPEC_BASE, sunspecImage } from './sunspec-image.ts'

/** Emulated homes prefer the ports after this one: the first home of a street has 15021. */
export const EMULATOR_BASE_PORT = 15_020

/** Where an emulated home answers. */
export interface EmulatedHome {
  /** As `meter read --modbus` takes it: `tcp://127.0.0.1:15021?unit=1`. */
  readonly url: string
  readonly port: number
}

/**
 * Puts a home's instruments on a Modbus TCP port as a SunSpec device (base 40000, unit 1) until the scope closes.
 * Every read shows the home at the clock's now, all registers of one moment. `port` (1 to 65535) is what it prefers:
 * if it is taken, any free one.
 */
export function emulateHome(options: {
  readonly home: SimulatedHome
  readonly clock: Clock
  readonly host: string
  readonly port: number
}): Effect.Effect<EmulatedHome, EmulatorFailure, Scope.Scope> {
  const { home, clock, host } = options
  const read = (request: { readonly address: number; readonly count: number }) =>
    registersAt(sunspecImage({ home: home.home, state: home.advanceTo(clock.nowMs()) }), {
      base: SUNSPEC_BASE,
      ...request,
    })
  return Effect.map(serveModbus({ host, port: options.port, read }), (port) => ({
    url: `tcp://${host}:${port}?unit=1`,
    port,
  }))
}
