import { stderr } from 'node:process'

/** How often the line is written anew, wall ms. */
const EVERY_MS = 200
/** An estimate from less than this would jump. */
const ESTIMATED_AFTER_MS = 2_000

/** What a long piece of work says on a terminal while it runs. */
export interface ProgressLine {
  /** another part begins, of which nobody knows how long it takes */
  readonly part: (name: string) => void
  /** so many of all have been done of a part, whose beginning is the first call of its name */
  readonly done: (name: string, done: number, total: number) => void
  readonly clear: () => void
}

/** A line on stderr that writes itself over; nothing where that is no terminal. */
export function progressLine(
  output: { readonly isTTY?: boolean; readonly write: (text: string) => unknown } = stderr,
): ProgressLine {
  if (output.isTTY !== true) return { part: () => {}, done: () => {}, clear: () => {} }
  let name = ''
  let begunMs = 0
  let saidMs = Number.NEGATIVE_INFINITY
  const say = (text: string) => void output.write(`\r${text}\x1b[K`)
  const begin = (part: string) => {
    name = part
    begunMs = performance.now()
    saidMs = Number.NEGATIVE_INFINITY
  }
  return {
    part: (part) => {
      begin(part)
      say(`${part} …`)
    },
    done: (part, done, total) => {
      if (part !== name) begin(part)
      const nowMs = performance.now()
      if (nowMs - saidMs < EVERY_MS) return
      saidMs = nowMs
      say(inWords({ part, done, total, tookMs: nowMs - begunMs }))
    },
    clear: () => say(''),
  }
}

/** `12,000 of 48,000 events done again, about 9 s left`. */
export function inWords(state: {
  readonly part: string
  readonly done: number
  readonly total: number
  readonly tookMs: number
}): string {
  const { part, done, total, tookMs } = state
  const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${part}`
  if (done === 0 || tookMs < ESTIMATED_AFTER_MS) return count
  const leftSeconds = Math.ceil(((total - done) * tookMs) / done / 1_000)
  return `${count}, about ${leftSeconds < 120 ? `${leftSeconds} s` : `${Math.ceil(leftSeconds / 60)} min`} left`
}
