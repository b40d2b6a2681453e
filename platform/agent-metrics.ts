import { Effect, Metric } from 'effect'
import * as PrometheusMetrics from 'effect/observability/PrometheusMetrics'
import type { AgentWatch } from '#meter-agent/index.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { trustOf } from '#protocol/trust.ts'

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const links = ['disconnected', 'connecting', 'discovering', 'online', 'stale', 'backingOff'] as const

/** The metrics of one home's agent, told by its steps. */
export function agentMetrics(): {
  readonly watch: AgentWatch
  /** Prometheus' text format, version 0.0.4 */
  readonly text: Effect.Effect<string>
} {
  const registry: Metric.MetricRegistry = new Map()
  const here = <A>(effect: Effect.Effect<A>) => Effect.provideService(effect, Metric.MetricRegistry, registry)
  const imported = counter('import_watthours_total', 'Import counter of the last reading, Wh.')
  const exported = counter('export_watthours_total', 'Export counter of the last reading, Wh.')
  const power = gauge('power_watts', 'Power of the last reading, W, import positive.')
  const readAt = gauge('reading_time_seconds', "When the last reading was taken, Unix seconds by the street's clock.")
  const sequence = gauge('reading_sequence', 'Sequence of the last reading.')
  const quality = gauge('reading_doubtful', '1 while the last reading is doubtful for this reason, else 0.')
  const trust = gauge('reading_trust', 'How far the last reading can be trusted, 0 to 1.')
  const link = gauge('meter_link', '1 for the state that the link to the meter is in, else 0.')
  const readings = counter('readings_total', 'Readings recorded since this process started.')
  const failures = counter('meter_failures_total', 'Polls that failed since this process started, by error.')
  const published = counter('published_total', 'Messages that the market has acknowledged since this process started.')
  const refused = counter('refusals_total', 'Messages that the market has refused since this process started, by code.')
  const orders = counter('orders_total', 'Orders sent since this process started, by what they did.')
  const ahead = gauge('ahead_watthours', 'Energy held in the market in the slots that are not settled, Wh.')
  const memory = gauge('resident_memory_bytes', 'Memory of the process.')

  let counted = { importWh: 0, exportWh: 0 }
  const refusals = (codes: readonly { readonly code: string }[]) =>
    Effect.forEach(codes, ({ code }) => Metric.update(Metric.withAttributes(refused, { code }), 1), { discard: true })
  const each = <State>(metric: Metric.Metric<number, State>, label: string, values: Readonly<Record<string, number>>) =>
    Effect.forEach(
      Object.entries(values),
      ([key, value]) => Metric.update(Metric.withAttributes(metric, { [label]: key }), value),
      { discard: true },
    )
  return {
    watch: {
      polled: ({ reading, error, link: state }) =>
        here(
          Effect.gen(function* () {
            yield* each(link, 'state', Object.fromEntries(links.map((name) => [name, name === state ? 1 : 0])))
            if (error !== null) yield* Metric.update(Metric.withAttributes(failures, { error }), 1)
            if (reading === null) return
            const { importWh, exportWh } = reading
            yield* Metric.update(imported, importWh - counted.importWh)
            yield* Metric.update(exported, exportWh - counted.exportWh)
            counted = { importWh, exportWh }
            yield* Metric.update(power, reading.powerW)
            yield* Metric.update(readAt, reading.timeMs / 1_000)
            yield* Metric.update(sequence, reading.sequence)
            yield* Metric.update(readings, 1)
            const reasons = Object.entries(ReadingQuality).map(([reason, bit]) => [
              reason,
              reading.quality & bit ? 1 : 0,
            ])
            yield* each(quality, 'reason', Object.fromEntries(reasons))
            yield* Metric.update(trust, trustOf(reading.quality))
          }),
        ),
      published: ({ readings: read, statements, refusals: codes }) =>
        here(Effect.andThen(each(published, 'kind', { reading: read, statement: statements }), refusals(codes))),
      traded: ({ placed, amended, cancelled, refusals: codes }) =>
        here(Effect.andThen(each(orders, 'did', { placed, amended, cancelled }), refusals(codes))),
      held: ({ slots }) =>
        here(
          each(ahead, 'side', {
            bought: slots.reduce((sum, { boughtWh }) => sum + boughtWh, 0),
            sold: slots.reduce((sum, { soldWh }) => sum + soldWh, 0),
          }),
        ),
    },
    text: here(
      Effect.suspend(() => Metric.update(memory, process.memoryUsage.rss())).pipe(
        Effect.andThen(PrometheusMetrics.format({ prefix: 'commonwatt_agent' })),
      ),
    ),
  }
}
