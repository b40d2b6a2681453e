import { expect, it } from 'vitest'
import { media } from '../../ui/src/media.ts'

/** As Chromium does it: a list tells only what nobody has read from it since, and that a moment later. */
function browser() {
  let truth = false
  const lists: { known: boolean; readonly listeners: (() => void)[] }[] = []
  const matchMedia = (() => {
    const list = { known: truth, listeners: [] as (() => void)[] }
    lists.push(list)
    return {
      get matches() {
        list.known = truth
        return truth
      },
      addEventListener: (_type: 'change', listener: () => void) => list.listeners.push(listener),
    }
  }) as unknown as typeof globalThis.matchMedia
  return {
    matchMedia,
    change: () => {
      truth = !truth
    },
    tell: () => {
      for (const list of lists) {
        if (list.known !== truth) for (const listener of list.listeners) listener()
        list.known = truth
      }
    },
  }
}

it('tells of every change, also of one that was asked for before it was told', () => {
  const { matchMedia, change, tell } = browser()
  const dark = media('(prefers-color-scheme: dark)', matchMedia)
  const told: boolean[] = []
  dark.onChange(() => told.push(dark.matches))
  for (const when of ['asked before', 'not asked', 'asked before']) {
    change()
    if (when === 'asked before') expect(dark.matches).toBe(told.length % 2 === 0)
    tell()
  }
  expect(told).toEqual([true, false, true])
})
