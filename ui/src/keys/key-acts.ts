import { bringLater } from '../bring-later.ts'
import { speedBeside } from '../time/speeds.ts'
import type { TimeControl } from '../time/time-control.ts'
import type { KeyAction } from './keys.ts'

/** What each key does on the page. */
export function keyActs(on: {
  readonly control: TimeControl
  /** goes to the end of time, or to where it lives */
  readonly toEnd: () => void
  /** puts the keyboard where a home is looked for */
  readonly search: () => void
}): Readonly<Record<KeyAction, () => void>> {
  const { control } = on
  return {
    toggle: () => control.toggle(),
    slower: () => control.setSpeed(speedBeside(control.time.speed, -1)),
    faster: () => control.setSpeed(speedBeside(control.time.speed, 1)),
    back: () => void control.step(-1),
    forward: () => void control.step(1),
    live: on.toEnd,
    search: on.search,
    help: () => void bringLater(({ openKeysDialog }) => openKeysDialog()),
  }
}
