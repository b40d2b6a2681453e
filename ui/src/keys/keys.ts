/** What a key does, wherever one is on the page but where one writes. */
export const keyActions = ['toggle', 'slower', 'faster', 'back', 'forward', 'live', 'search', 'help'] as const
export type KeyAction = (typeof keyActions)[number]

/** As `KeyboardEvent.key` says it; letters in either case. */
export const keyOf: Readonly<Record<KeyAction, string>> = {
  toggle: ' ',
  slower: '[',
  faster: ']',
  back: ',',
  forward: '.',
  live: 'l',
  search: '/',
  help: '?',
}

/** Where a key was pressed. */
export interface KeyPress {
  readonly key: string
  /** with Ctrl, Alt or Meta: the browser's own */
  readonly isModified: boolean
  /** in something that takes what one writes */
  readonly isWriting: boolean
  /** on something that Space presses */
  readonly isOnButton: boolean
}

/** The action that a press asks for, or null. */
export function actionOf(press: KeyPress): KeyAction | null {
  if (press.isModified || press.isWriting) return null
  const key = press.key.toLowerCase()
  const action = keyActions.find((name) => keyOf[name] === key) ?? null
  return action === 'toggle' && press.isOnButton ? null : action
}
