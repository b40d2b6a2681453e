import type { DeviceReport } from './device-snapshot.ts'
import { stated } from './measurement.ts'
import type { Telegram } from './p1/telegram.ts'

/** The report of a meter from one of its telegrams. What a telegram does not say is not available; its 0 is a 0. */
export function p1Report(telegram: Telegram): DeviceReport {
  const { phases, time } = telegram
  return {
    device: { manufacturer: telegram.maker, model: telegram.model, serial: telegram.equipmentId, firmware: null },
    profile: 'p1',
    measurements: {
      grid: {
        powerW: stated(telegram.powerW),
        importWh: stated(telegram.importWh),
        exportWh: stated(telegram.exportWh),
        voltageV: phases.map(({ voltageV }) => stated(voltageV)),
        currentA: phases.map(({ currentA }) => stated(currentA)),
        frequencyHz: stated(null),
      },
    },
    p1: {
      version: telegram.version,
      time: time === null ? null : new Date(time.timeMs).toISOString(),
      season: time?.season ?? null,
      tariff: telegram.tariff,
      phasePowerW: phases.map(({ powerW }) => stated(powerW)),
    },
  }
}
