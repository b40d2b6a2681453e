import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { TIME_MS_MAX } from './door.ts'
import { startWatchdog } from './watchdog.ts'

/**
 * What every file of fuzzed doors needs: a folder and a scope that end with it, a watch over hanging inputs, and the
 * certainty that nothing was thrown where nobody listens.
 */
export function fuzzing() {
  vi.setConfig({ testTimeout: TIME_MS_MAX, hookTimeout: 60_000 })
  // In memory where that can be: a disk that keeps each of a million short-lived files takes longer than the doors.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'commonwatt-fuzz-'))
  const scope = Effect.runSync(Scope.make())
  const unheard: unknown[] = []
  const note = (reason: unknown) => void unheard.push(reason)
  let stopWatchdog = (): void => undefined
  beforeAll(() => {
    stopWatchdog = startWatchdog()
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
  })
  afterAll(async () => {
    try {
      await Effect.runPromise(Scope.close(scope, Exit.void))
    } finally {
      process.off('unhandledRejection', note)
      process.off('uncaughtException', note)
      stopWatchdog()
      rmSync(folder, { recursive: true, force: true })
    }
    expect(unheard).toEqual([])
  })
  return {
    folder,
    opened: <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(effect, scope)),
  }
}

/** Runs what may only throw errors of these classes. */
export function onlyThrows(classes: readonly (new (...given: never[]) => Error)[], run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!classes.some((one) => error instanceof one)) throw error
  }
}

/** What an effect may end with: a value, or a typed failure; never a defect. */
export function noDefect(exit: Exit.Exit<unknown, unknown>): void {
  if (Exit.isSuccess(exit)) return
  for (const reason of exit.cause.reasons) if (reason._tag !== 'Fail') throw new Error(String(exit.cause))
}

/** What an effect may end with: a value, or a failure of one of these classes. */
export function failsOnlyWith(
  classes: readonly (new (...given: never[]) => Error)[],
  exit: Exit.Exit<unknown, unknown>,
): void {
  if (Exit.isSuccess(exit)) return
  for (const reason of exit.cause.reasons) {
    if (reason._tag === 'Fail' && classes.some((one) => reason.error instanceof one)) continue
    throw new Error(String(exit.cause))
  }
}
