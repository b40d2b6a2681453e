/** How far back a change looks, and how many slots that is. */
export type Over = 'hour' | 'day'
const OVER_MS: Readonly<Record<Over, number>> = { hour: 3_600_000, day: 86_400_000 }

export const overMs = (over: Over): number => OVER_MS[over]

/** How many slots an hour or a day has; one at least. */
export const slotsOf = (over: Over, slotMinutes: number): number =>
  Math.max(1, Math.round(OVER_MS[over] / (slotMinutes * 60_000)))
