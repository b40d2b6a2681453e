import { actionOf, type KeyAction } from './keys.ts'

const writing = 'input, textarea, select, [contenteditable]'
const pressed = 'button, a, summary, [role=option], [role=tab], [role=button]'

/** Calls back for every key that means something to the page. Dialogs keep their keys. */
export function listenToKeys(act: (action: KeyAction) => void): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target instanceof Element ? event.target : document.body
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
    const action = actionOf({
      key: event.key,
      // AltGr, which writes [ and ] on many keyboards, is Ctrl and Alt to some systems.
      isModified: !event.getModifierState('AltGraph') && (event.ctrlKey || event.altKey || event.metaKey),
      isWriting: target.closest(writing) !== null,
      isOnButton: target.closest(pressed) !== null,
    })
    if (action === null) return
    event.preventDefault()
    act(action)
  })
}
