import { expect } from 'vitest'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import type { Run } from '#protocol/picture/run.ts'
import { OutsideHome } from '../outside-home.ts'
import { startAndKill, startStreet } from '../street-process.ts'

export const KILLS_A_DAY = 50
const HOUR_MS = 60 * 60_000
/** As fast as a clock goes: a day is half a minute, and the starts after its kills. */
const SPEED = 3_600
/** What a start may take between its clock and its first line, and a signal to arrive. */
const SLACK_WALL_MS = 1_000
const BEAT_MS = 10
/** One kill in so many does not wait until the process is up. */
const OF_STARTS = 3
/** One that speaks Modbus; every fifth day two more, of which one speaks OPC UA, whose library takes its time to start. */
const homesOf = (seed: number) => (seed % 5 === 0 ? 3 : 1)

export interface Driven {
  readonly outside: OutsideHome
  /**
   * how far the clock went from the last look before a kill to the first one after it, and at most could, and how far it was
   * after it from the last event that was seen before it, ms
   */
  readonly clocks: { readonly wentMs: number; readonly mayGoMs: number; readonly sinceEventMs: number }[]
  readonly said: string[]
  readonly kills: { up: number; starting: number }
}

/** A day of a street whose process is killed and started again, at moments that depend on the seed alone. */
export async function driveDay(folder: string, seed: number): Promise<Driven> {
  // Not shared with the outside home: how often that draws depends on how fast the machine is.
  const random = seededRandom(`crash ${seed}`)
  const args = ['--homes', `${homesOf(seed)}`, '--speed', `${SPEED}`, '--data', folder]
  const driven: Driven = {
    outside: new OutsideHome(seededRandom(`outside ${seed}`)),
    clocks: [],
    said: [],
    kills: { up: 0, starting: 0 },
  }
  const moments = Array.from({ length: KILLS_A_DAY }, () => random() * 24 * HOUR_MS).sort((a, b) => a - b)
  let beganMs: number | null = null
  let last: { readonly timeMs: number; readonly eventMs: number; readonly atMs: number; killedMs: number } | null = null
  let startingMs = 4_000

  /** Lives with the street until its clock is there, or, if it is to be killed, up to somewhere in a request. */
  const liveUntil = async (end: 'killed' | 'stopped', isOver: (timeMs: number, final: number) => boolean) => {
    const spawnedMs = performance.now()
    const beats = beating()
    const street = await startStreet(args)
    const upMs = beats.stop()
    const lookedMs = performance.now()
    startingMs = lookedMs - spawnedMs
    const first = await street.status()
    if (last !== null) {
      const runningMs = last.killedMs - last.atMs + (performance.now() - upMs)
      driven.clocks.push({
        wentMs: first.timeMs - last.timeMs,
        mayGoMs: (runningMs + SLACK_WALL_MS) * SPEED,
        sinceEventMs: first.timeMs - last.eventMs,
      })
    }
    beganMs ??= first.timeMs
    let over = false
    const speaking = (async () => {
      while (!over && (await driven.outside.step(street.url))) await pause(30)
    })()
    let now = first
    last = { timeMs: now.timeMs, eventMs: 0, atMs: lookedMs, killedMs: 0 }
    while (!isOver(now.timeMs - beganMs, now.batches.final)) {
      await pause(20)
      const eventMs = await lastEventMs(street.url)
      const atMs = performance.now()
      now = await street.status()
      last = { timeMs: now.timeMs, eventMs, atMs, killedMs: 0 }
    }
    if (end === 'killed') {
      await pause(random() * 60)
      await street.stop('SIGKILL')
      last.killedMs = performance.now()
    }
    over = true
    await speaking
    if (end === 'stopped') expect(await street.stop('SIGTERM')).toBe(0)
    driven.said.push(...street.said)
  }

  for (const [index, moment] of moments.entries()) {
    if (index < OF_STARTS || random() < 1 / OF_STARTS) {
      await startAndKill(args, random() * startingMs)
      driven.kills.starting++
      last = null // it may have come up, and gone on
    } else {
      await liveUntil('killed', (passedMs) => passedMs >= moment)
      driven.kills.up++
    }
  }
  // The last slots of the day are metered and paid, too.
  await liveUntil('stopped', (passedMs, final) => passedMs >= 26 * HOUR_MS && final >= 23)
  return driven
}

/**
 * Beats, and gives the time of the last beat but one when it is stopped. What has come by now came after that, however long
 * this process stood still meanwhile: the last beat itself may have come late, together with it.
 */
function beating(): { readonly stop: () => number } {
  let [before, last] = [performance.now(), performance.now()]
  const timer = setInterval(() => {
    before = last
    last = performance.now()
  }, BEAT_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return before
    },
  }
}

/** When the last event of the log happened, Unix ms. */
async function lastEventMs(url: string): Promise<number> {
  const [run] = (await (await fetch(`${url}/api/v1/runs`)).json()) as readonly Run[]
  return run?.lastMs ?? 0
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
