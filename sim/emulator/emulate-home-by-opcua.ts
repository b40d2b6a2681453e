import { Effect, type Scope } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { SimulatedHome } from '../home/simulated-home.ts'
import type { EmulatorFailure } from './emulator-failure.ts'
import { serveOpcua } from './node-opcua.ts'
import { OPCUA_NAMESPACE, opcuaPoints } from './opcua-points.ts'
import { takePort } from './take-port.ts'

/** OPC UA emulators prefer the ports after this one. */
export const OPCUA_EMULATOR_BASE_PORT = 14_840

/** Where a home emulated by OPC UA answers. */
export interface OpcuaEmulatedHome {
  /** As `meter read --opcua` takes it: `opc.tcp://127.0.0.1:14841`. */
  readonly url: string
  readonly port: number
  /** SHA-256 fingerprint of its certificate, hexadecimal */
  readonly certificate: string
}

/**
 * Puts a home's instruments on an OPC UA server until the scope closes: encrypted, read-only, and only for the user
 * with the password. Every read shows the home at the clock's now, all values of one moment. `port` (1 to 65535) is
 * what it prefers: if it is taken, any free one. `pkiDir` keeps the key pair and the certificates from run to run.
 */
export function emulateHomeByOpcua(options: {
  readonly home: SimulatedHome
  readonly clock: Clock
  readonly host: string
  readonly port: number
  readonly pkiDir: string
  readonly user: string
  readonly password: string
}): Effect.Effect<OpcuaEmulatedHome, EmulatorFailure, Scope.Scope> {
  const { home, clock, host, pkiDir, user, password } = options
  const read = () => {
    const state = home.advanceTo(clock.nowMs())
    return { timeMs: state.timeMs, points: opcuaPoints({ home: home.home, state }) }
  }
  const listen = (port: number) =>
    serveOpcua({
      host,
      port,
      device: home.home,
      pkiDir,
      namespaceUri: OPCUA_NAMESPACE,
      user,
      password,
      read,
    })
  return takePort({ service: 'OPC UA', host, port: options.port, listen }).pipe(
    Effect.map(({ port, server }) => ({ url: `opc.tcp://${host}:${port}`, port, ...server })),
  )
}
