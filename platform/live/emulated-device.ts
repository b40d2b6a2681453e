import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Effect } from 'effect'
import type { DeviceAddress } from '#meter-agent/index.ts'
import type { Clock } from '#protocol/clock.ts'
import {
  EMULATOR_BASE_PORT,
  emulateHome,
  emulateHomeByOpcua,
  OPCUA_EMULATOR_BASE_PORT,
  type SimulatedHome,
} from '#sim/index.ts'

const HOST = '127.0.0.1'
/** Who may log in to the emulated OPC UA devices. */
const OPCUA_USER = 'meter'
const PASSWORD_BYTES = 18

/** A home's emulated device: where its agent finds it, and what a user types to read it by hand. */
export interface EmulatedDevice {
  readonly address: DeviceAddress
  /** flags of `commonwatt meter read` */
  readonly readFlags: string
}

/**
 * Puts the home of a street with this index (from 0) on a real port: every second one speaks OPC UA, the others
 * Modbus. What the OPC UA devices and their agents keep (keys, certificates, a password of this run) goes into
 * `folder`, for its owner only.
 */
export const emulateDevice = (options: {
  readonly home: SimulatedHome
  readonly index: number
  readonly clock: Clock
  readonly folder: string
  readonly basePort: number | undefined
}) =>
  Effect.gen(function* () {
    const { home, index, clock, folder } = options
    if (index % 2 === 0) {
      const port = (options.basePort ?? EMULATOR_BASE_PORT) + index + 1
      const { url } = yield* emulateHome({ home, clock, host: HOST, port })
      const device: EmulatedDevice = { address: { type: 'modbus', url }, readFlags: `--modbus '${url}'` }
      return device
    }
    const password = randomBytes(PASSWORD_BYTES).toString('base64url')
    const passwordFile = join(folder, `${home.home}.password`)
    yield* Effect.sync(() => keepSecret(folder, passwordFile, password))
    const { url } = yield* emulateHomeByOpcua({
      home,
      clock,
      host: HOST,
      port: (options.basePort ?? OPCUA_EMULATOR_BASE_PORT) + index + 1,
      pkiDir: serversIn(folder),
      user: OPCUA_USER,
      password,
    })
    const device: EmulatedDevice = {
      address: {
        type: 'opcua',
        url,
        login: { user: OPCUA_USER, password },
        identityFile: join(folder, 'agents.pem'),
      },
      readFlags: `--opcua ${url} --user ${OPCUA_USER} --password-file ${passwordFile}`,
    }
    return device
  })

const serversIn = (folder: string) => join(folder, 'servers')

/**
 * Takes away the lock that a process which was killed has left on the certificates of the devices in a folder: whoever
 * comes next would wait two minutes until it counts as forgotten. To be called by the one who has the folder, before the
 * first device.
 */
export function forgetLock(folder: string): void {
  rmSync(join(serversIn(folder), 'mutex.lock'), { recursive: true, force: true })
}

function keepSecret(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, `${text}\n`, { mode: 0o600 })
  chmodSync(file, 0o600) // a file that was there keeps its mode
}
