import { Effect } from 'effect'
import { slotAt } from '#protocol/slot.ts'
import type { Forecaster } from './forecasters/forecaster.ts'
import { type ForecasterName, makeForecaster } from './forecasters/make-forecaster.ts'
import type { Outbox, OutboxFailure } from './outbox/outbox.ts'
import type { RecorderState } from './reading/recorder.ts'
import { slotBegun } from './reading/slot-begun.ts'

/** What a forecaster learns from when the agent starts: two weeks. */
const HISTORY_MS = 14 * 86_400_000
/** Statements may be late by so many slots. */
const LATE_SLOTS = 4

/** A home's forecaster, told of each of its statements once, and of how the slot that runs has begun. */
export interface HomeForecast {
  readonly upToDate: (now: {
    readonly nowMs: number
    readonly slotMinutes: number
    readonly slotsAhead: number
  }) => Effect.Effect<Forecaster, OutboxFailure>
}

/** Reads the last two weeks' statements when it is first asked, and only new ones from then on. */
export function homeForecast(
  name: ForecasterName,
  outbox: Pick<Outbox, 'statementsFrom'>,
  recorder: () => RecorderState,
): HomeForecast {
  let known: { readonly forecaster: Forecaster; readonly slotMinutes: number } | null = null
  let nextSlot = 0
  return {
    upToDate: ({ nowMs, slotMinutes, slotsAhead }) =>
      Effect.gen(function* () {
        if (known === null || known.slotMinutes !== slotMinutes) {
          known = {
            forecaster: makeForecaster(name, { slotMinutes, slotsAhead: slotsAhead + LATE_SLOTS }),
            slotMinutes,
          }
          nextSlot = slotAt({ timeMs: nowMs - HISTORY_MS, slotMinutes })
        }
        const { forecaster } = known
        for (const { slot, importWh, exportWh } of yield* outbox.statementsFrom(nextSlot)) {
          forecaster.note(slot, exportWh - importWh)
          nextSlot = slot + 1
        }
        const begun = slotBegun(recorder(), slotMinutes)
        if (begun !== null) forecaster.begin(begun)
        return forecaster
      }),
  }
}
