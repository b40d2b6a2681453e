import { kilowatts } from '../format.ts'
import { laterWords } from '../words/later-words.ts'

/** So little (W) may be the meter's own noise: nobody can tell by it which way it flows. */
const AT_REST_W = 20

/** Which way the energy of a home flows, and how much, W. */
export interface Flow {
  readonly direction: 'import' | 'export' | 'rest' | 'unknown'
  readonly powerW: number
}

/** Which way a home's energy flows by the power (W, import positive) at its grid connection. */
export function flowOf(powerW: number | null): Flow {
  if (powerW === null) return { direction: 'unknown', powerW: 0 }
  if (Math.abs(powerW) < AT_REST_W) return { direction: 'rest', powerW: Math.abs(powerW) }
  return { direction: powerW > 0 ? 'import' : 'export', powerW: Math.abs(powerW) }
}

/** That, as a sentence to the one whose home it is. */
export function flowWords({ direction, powerW }: Flow): string {
  const sentences: Readonly<Record<Flow['direction'], (power: string) => string>> = laterWords.attach.flow
  return sentences[direction](`${kilowatts(powerW)}\u00a0kW`)
}
