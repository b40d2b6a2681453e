import { Effect, type Scope } from 'effect'
import type { DeviceAddress } from './device-address.ts'
import type { CertificateTrust } from './drivers/opcua-line.ts'
import type { MeterError } from './meter-error.ts'
import { openModbusMeter } from './modbus-meter.ts'
import { openMqttMeter } from './mqtt-meter.ts'
import { openOpcuaMeter } from './opcua-meter.ts'
import { openP1Meter } from './p1-meter.ts'
import { openProfileMeter } from './profile-meter.ts'
import type { SettlementMeter } from './settlement-meter.ts'
import { turnedMeter } from './turned-meter.ts'

interface MeterOptions<E> {
  readonly timeoutMs: number
  readonly trust: CertificateTrust<E>
  /** whether what an inverter makes is worth a request of its own */
  readonly production?: 'wanted' | 'as it comes' | undefined
}

/** A device's settlement meter, until the scope closes; turned where its address says so. */
export const openSettlementMeter = <E>(
  device: DeviceAddress,
  options: MeterOptions<E>,
): Effect.Effect<SettlementMeter<E>, MeterError, Scope.Scope> => {
  const { sign = 'as-is' } = device
  const meter = openAsIs(device, options)
  return sign === 'as-is' ? meter : Effect.map(meter, (opened) => turnedMeter(opened, sign))
}

const openAsIs = <E>(
  device: DeviceAddress,
  options: MeterOptions<E>,
): Effect.Effect<SettlementMeter<E>, MeterError, Scope.Scope> => {
  switch (device.type) {
    case 'modbus':
      return device.profile === undefined
        ? openModbusMeter(device, options)
        : openProfileMeter(device, {
            profileName: device.profile,
            timeoutMs: options.timeoutMs,
            production: options.production ?? 'as it comes',
          })
    case 'opcua':
      return openOpcuaMeter(device, options)
    case 'p1':
      return openP1Meter(device, options)
    case 'mqtt':
      return openMqttMeter(device, options)
  }
}
