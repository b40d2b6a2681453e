import { Effect, type Scope } from 'effect'
import type { P1Device } from './device-address.ts'
import { openP1File } from './drivers/p1-file.ts'
import type { P1Line } from './drivers/p1-line.ts'
import { openP1Tcp } from './drivers/p1-tcp.ts'
import { openP1Serial } from './drivers/serialport.ts'
import { type MeterError, NoGridMeter } from './meter-error.ts'
import { BadTelegram } from './p1/bad-telegram.ts'
import { p1Witness } from './p1/p1-witness.ts'
import { readTelegram, type Telegram } from './p1/telegram.ts'
import { type BadP1Url, p1Url } from './p1-url.ts'
import { p1ProfileHash, registersText } from './registers.ts'
import type { SettlementMeter } from './settlement-meter.ts'

/** A port is silent after so many time-outs of a request: the older versions send a telegram every 10 s. */
const SILENCE_TIMEOUTS = 6

/** A line to a P1 port. */
export const openP1Line = (
  device: P1Device,
  options: { readonly timeoutMs: number },
): Effect.Effect<P1Line, BadP1Url, Scope.Scope> =>
  Effect.gen(function* () {
    const { timeoutMs } = options
    const url = yield* p1Url(device.url)
    const waits = { timeoutMs, silenceMs: SILENCE_TIMEOUTS * timeoutMs }
    if (url.type === 'tcp') return yield* openP1Tcp(url, waits)
    return url.type === 'file' ? yield* openP1File(url.path, waits) : yield* openP1Serial(url, waits)
  })

/** The next telegram of a line, read. */
export const nextTelegram = (
  line: P1Line,
): Effect.Effect<{ readonly text: string; readonly telegram: Telegram }, MeterError> =>
  Effect.flatMap(line.next, (text) =>
    Effect.try({
      try: () => ({ text, telegram: readTelegram(text) }),
      catch: (cause) => {
        if (cause instanceof BadTelegram) return cause
        throw cause
      },
    }),
  )

/** The settlement meter behind a P1 port. */
export const openP1Meter = (
  device: P1Device,
  options: { readonly timeoutMs: number },
): Effect.Effect<SettlementMeter<never>, BadP1Url, Scope.Scope> =>
  Effect.gen(function* () {
    const line = yield* openP1Line(device, options)
    let counters: readonly string[] | null = null
    const refuse = (detail: string) => Effect.fail(new NoGridMeter({ device: device.url, detail }))
    return {
      connect: line.connect,
      identify: Effect.gen(function* () {
        const { telegram } = yield* nextTelegram(line)
        if (telegram.importWh === null) return yield* refuse('its telegrams have no import counter 1-0:1.8')
        if (telegram.exportWh === null) return yield* refuse('its telegrams have no export counter 1-0:2.8')
        counters = telegram.counters
        return p1ProfileHash(telegram)
      }),
      read: Effect.gen(function* () {
        const { text, telegram } = yield* nextTelegram(line)
        // A tariff that is missing would look like a counter that fell.
        if (counters !== null && telegram.counters.join() !== counters.join()) {
          return yield* refuse(`its telegrams count with ${telegram.counters.join(', ')}, not ${counters.join(', ')}`)
        }
        const { importWh, exportWh, powerW } = telegram
        return {
          sample: { importWh, exportWh, powerW },
          witness: p1Witness(telegram),
          registers: registersText({ protocol: 'p1', telegram: text }),
          sourceTimeMs: telegram.time?.timeMs ?? null,
          origin: 'sent',
        }
      }),
    }
  })
