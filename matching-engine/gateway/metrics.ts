import type { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Status } from '#protocol/messages.ts'
import type { Street } from '#protocol/street.ts'
import type { DoorCounts } from './door-counts.ts'

/** The content type of `metricsText`. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Of the loop delay's timer, which measures it from tick to tick. */
export const LOOP_DELAY_RESOLUTION_MS = 10

/** What `/metrics` looks at. */
export interface Measured {
  readonly status: Status
  readonly street: Pick<Street, 'slots' | 'isStopped'>
  readonly counts: DoorCounts
  /** pages connected by socket.io */
  readonly pages: number
  /** ns; each look begins it anew */
  readonly loopDelay: Pick<ReturnType<typeof monitorEventLoopDelay>, 'count' | 'max' | 'percentile' | 'reset'>
  readonly memory: Pick<NodeJS.MemoryUsage, 'heapUsed' | 'rss'>
}

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  /** labels as they are written, and the value */
  readonly samples: readonly (readonly [labels: string, value: number])[]
}

/** The metrics of a market and its process in Prometheus' text format. Market counters go on over restarts. */
export function metricsText(measured: Measured): string {
  return familiesOf(measured)
    .map(({ name, type, help, samples }) =>
      [
        `# HELP commonwatt_${name} ${help}`,
        `# TYPE commonwatt_${name} ${type}`,
        ...samples.map(([labels, value]) => `commonwatt_${name}${labels} ${value}`),
        '',
      ].join('\n'),
    )
    .join('')
}

function familiesOf({ status, street, counts, pages, loopDelay, memory }: Measured): readonly Family[] {
  const counter = (name: string, help: string, value: number): Family => ({
    name,
    type: 'counter',
    help,
    samples: [['', value]],
  })
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    type: 'gauge',
    help,
    samples: [['', value]],
  })
  const delaySeconds = (tickNs: number) =>
    loopDelay.count === 0 ? 0 : Math.max(0, Math.round(tickNs / 1e3 - LOOP_DELAY_RESOLUTION_MS * 1e3)) / 1e6
  const families: readonly Family[] = [
    counter('readings_total', 'Meter readings accepted.', status.readings),
    counter('statements_total', 'Slot statements accepted, estimates included.', status.statements),
    counter('orders_total', 'Orders accepted.', status.orders),
    counter('trades_total', 'Trades matched.', status.trades),
    counter('traded_watthours_total', 'Energy traded, Wh.', status.tradedWh),
    counter('settled_trades_total', 'Trades in final batches.', status.settledTrades),
    counter('settled_watthours_total', 'Energy of the trades in final batches, Wh.', status.settledWh),
    {
      name: 'batches_total',
      type: 'counter',
      help: 'Settlement batches by how far they came; a final one was proposed, too.',
      samples: [
        ['{stage="proposed"}', status.batches.proposed],
        ['{stage="final"}', status.batches.final],
      ],
    },
    counter('log_sequence', 'Sequence of the last event in the log.', status.sequence),
    gauge('homes', 'Homes enrolled.', status.homes),
    gauge('trading_stopped', '1 while the operator has stopped the market, else 0.', street.isStopped ? 1 : 0),
    gauge('slots_halted', 'Slots that are halted, by the price band or by the operator.', haltedSlots(street)),
    gauge('clock_seconds', "The market's clock, Unix seconds.", status.timeMs / 1000),
    gauge('clock_speed', 'Simulated seconds a second; 1 is real time.', status.speed),
    gauge('chain_block', 'Block of the last settlement transaction.', status.chainBlock),
    gauge('pages', 'Pages connected by socket.io.', pages),
    {
      name: 'refusals_total',
      type: 'counter',
      help: 'What the doors refused since this process started, by code (docs/errors.md).',
      samples: sorted(counts.refusals, 'code'),
    },
    {
      name: 'http_answers_total',
      type: 'counter',
      help: 'HTTP answers since this process started, by status.',
      samples: sorted(counts.answers, 'status'),
    },
    {
      name: 'event_loop_delay_seconds',
      type: 'gauge',
      help: 'How late timers ran since the last look.',
      samples: [
        ['{quantile="0.5"}', delaySeconds(loopDelay.percentile(50))],
        ['{quantile="0.99"}', delaySeconds(loopDelay.percentile(99))],
        ['{quantile="1"}', delaySeconds(loopDelay.max)],
      ],
    },
    gauge('heap_used_bytes', 'JavaScript heap in use.', memory.heapUsed),
    gauge('resident_memory_bytes', 'Memory of the process.', memory.rss),
  ]
  loopDelay.reset()
  return families
}

function haltedSlots({ slots }: Measured['street']): number {
  let halted = 0
  for (const { phase } of slots.values()) if (phase === 'halted') halted++
  return halted
}

function sorted(counts: ReadonlyMap<string | number, number>, label: string): Family['samples'] {
  return [...counts]
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    .map(([key, value]) => [`{${label}="${key}"}`, value] as const)
}
