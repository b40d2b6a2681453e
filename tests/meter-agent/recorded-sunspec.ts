import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Points } from '#meter-agent/sunspec/decode-model.ts'

/** A SunSpec device's registers, and what an independent reader read in them. */
export interface Recorded {
  readonly base: number
  readonly registers: readonly { readonly address: number; readonly hex: string }[]
  readonly chain: readonly { readonly id: number; readonly len: number; readonly addr: number }[]
  readonly end_marker_at?: number
  readonly expected: readonly { readonly id: number; readonly points: Readonly<Record<string, unknown>> }[]
}

/** Where they are. */
export const folder = new URL('../../../shared/reference/meter/dumps/', import.meta.url)
/** Whether there are recordings; where not, it is said. */
export const there = existsSync(folder)
if (!there) console.warn(`skipped: recorded SunSpec devices are not at ${folder.pathname}`)
export const images = !there
  ? []
  : readdirSync(folder)
      .map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))] as const)
      .filter((entry): entry is readonly [string, Recorded] => 'chain' in entry[1])

/** Recorded expectations against what was decoded; both spell "nothing" in more than one way. */
export function compare(path: string, expected: unknown, actual: unknown): void {
  if (Array.isArray(expected)) {
    for (const [i, one] of expected.entries()) compare(`${path}[${i}]`, one, (actual as readonly unknown[])?.[i])
    return
  }
  const { value, type } = expected as { value?: unknown; type?: string }
  if (type === undefined) {
    for (const [name, one] of Object.entries(expected as object)) {
      compare(`${path}.${name}`, one, (actual as Points | undefined)?.[name])
    }
    return
  }
  if (typeof value === 'string') {
    expect(actual, path).toBe(
      value
        .split('\0')[0]
        ?.replace(/\p{Cc}/gu, '')
        .trim() || null,
    )
  } else if (typeof value === 'number') {
    expect(Math.abs(Number(actual) - value), `${path}: ${String(actual)} for ${value}`).toBeLessThanOrEqual(
      type === 'float32' ? Math.abs(value) * 1e-6 : 1e-9,
    )
  } else {
    // An accumulator's zero is zero here; points past the declared length are absent.
    expect(actual ?? null, path).toBe(type.startsWith('acc') && actual === 0 ? 0 : null)
  }
}
