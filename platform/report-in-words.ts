import type { DeviceReport, Measurement } from '#meter-agent/index.ts'

/** What a device measures in a few lines: one a role, values with their units. What it does not say is a dash. */
export function reportInWords({ device, profile, measurements, p1 }: DeviceReport): readonly string[] {
  const { manufacturer, model, serial } = device
  const name = [manufacturer, model, serial].filter((part) => part !== null && part !== '').join(' ')
  const { grid, pv, battery } = measurements
  return [
    printable(`${name === '' ? 'a device' : name} (${profile})`),
    ...(grid === undefined
      ? []
      : [
          line('grid', [
            watts(grid.powerW, 'imports', 'exports'),
            `import ${energy(grid.importWh)}`,
            `export ${energy(grid.exportWh)}`,
          ]),
          line('', [each(grid.voltageV, 'V'), each(grid.currentA, 'A'), one(grid.frequencyHz, 'Hz')]),
        ]),
    ...(pv === undefined
      ? []
      : [line('pv', [watts(pv.powerW, 'takes', 'produces'), `produced ${energy(pv.exportWh)}`])]),
    ...(battery === undefined
      ? []
      : [line('battery', [watts(battery.powerW, 'charges', 'discharges'), `${one(battery.soc, '%')} full`])]),
    ...(p1 === undefined ? [] : [line('p1', [printable(`telegram of ${p1.time ?? '–'}`), each(p1.phasePowerW, 'W')])]),
  ]
}

const line = (role: string, parts: readonly string[]): string =>
  `${role.padEnd(9)}${parts
    .filter((part) => part !== '')
    .map((part) => part.padEnd(24))
    .join('  ')}`.trimEnd()

const NONE = '–'

const one = ({ value }: Measurement, unit: string): string =>
  value === null ? NONE : `${value.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}`

const each = (points: readonly Measurement[], unit: string): string =>
  points.length === 0 ? '' : points.map((point) => one(point, unit)).join(' / ')

function watts(point: Measurement, positive: string, negative: string): string {
  const { value } = point
  if (value === null) return NONE
  return `${value < 0 ? negative : positive} ${one({ ...point, value: Math.abs(value) }, 'W')}`
}

const energy = ({ value }: Measurement): string =>
  value === null ? NONE : `${(value / 1_000).toLocaleString('en', { maximumFractionDigits: 3 })} kWh`

/** A terminal obeys control characters, and what a device says is a stranger's. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')
