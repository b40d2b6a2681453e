import type { Outlook } from './history-forecaster.ts'

/** Everything stays as it is: the last slot that is known; nothing known: 0. */
export const naive: Outlook = {
  name: 'naive',
  days: 1,
  netWh: (history, { knownSlot }) => history.get(knownSlot) ?? 0,
}
