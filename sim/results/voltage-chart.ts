import { EN_50160 } from '../grid/limits.ts'
import type { BusVoltages } from '../simulation/street-grid.ts'
import { type ChartSeries, number, svgChart } from './svg-chart.ts'

const X_PARTS = 4

/**
 * The lowest and highest voltage that each bus has had, along the lines from the transformer on: of the feeder with the
 * lowest voltage of all, and of that with the highest if it is another.
 */
export function voltageCharts(buses: readonly BusVoltages[]): readonly string[] {
  const homes = buses.filter(({ home }) => home !== null)
  const lowest = homes.toSorted((a, b) => a.lowestPerUnit - b.lowestPerUnit)[0]
  const highest = homes.toSorted((a, b) => b.highestPerUnit - a.highestPerUnit)[0]
  const feeders = new Set([lowest, highest].flatMap((bus) => (bus === undefined ? [] : [bus.feeder])))
  return [...feeders].map((feeder) => feederChart(buses.filter((bus) => bus.feeder === feeder)))
}

function feederChart(buses: readonly BusVoltages[]): string {
  const byName = new Map(buses.map((bus) => [bus.bus, bus]))
  const farthestOhm = Math.max(...buses.map(({ resistanceOhm }) => resistanceOhm)) || 1
  const percent = (perUnit: number) => (perUnit - 1) * 100
  const along = (of: (bus: BusVoltages) => number): ChartSeries['points'] =>
    buses.flatMap((bus) => {
      const from = bus.from === null ? undefined : byName.get(bus.from)
      if (from === undefined) return []
      const ends = [from, bus].map((end) => ({ x: end.resistanceOhm, y: percent(of(end)) }))
      return [...ends, { x: bus.resistanceOhm, y: null }]
    })
  const limits = [EN_50160.lowPerUnit, EN_50160.highPerUnit].flatMap((limit) => [
    { x: 0, y: percent(limit) },
    { x: farthestOhm, y: percent(limit) },
    { x: farthestOhm, y: null },
  ])
  return svgChart({
    title: `Voltages along feeder ${buses[0]?.feeder ?? 1}, by the mΩ of line from its transformer`,
    unit: '% off the nominal one',
    xTicks: Array.from({ length: X_PARTS + 1 }, (_, part) => {
      const ohm = (farthestOhm * part) / X_PARTS
      return { x: ohm, label: number(Math.round(ohm * 1e4) / 10) }
    }),
    series: [
      { name: 'highest', colour: '#e8a317', shape: 'line', points: along((bus) => bus.highestPerUnit) },
      { name: 'lowest', colour: '#3266ad', shape: 'line', points: along((bus) => bus.lowestPerUnit) },
      { name: 'limits', colour: '#b3392f', shape: 'line', points: limits },
    ],
  })
}
