import { element } from './dom.ts'
import { words } from './words/words.ts'

/** Says over the page that what was asked for could not be opened, and offers what can be done about it. */
export class Notice {
  #root: HTMLElement | null = null
  #wasPressed = false

  /** `tryAgain` is called when that is pressed: the notice is gone by then. */
  show(tryAgain: () => void): void {
    this.#root?.remove()
    const again = button(words.notice.again, () => {
      this.hide()
      this.#wasPressed = true
      tryAgain()
    })
    this.#root = element(
      'div',
      { class: 'notice', role: 'alert', 'data-testid': 'notice' },
      element('p', {}, words.notice.text),
      again,
      button(words.notice.reload, () => location.reload()),
      button(words.close, () => this.hide()),
    )
    document.body.append(this.#root)
    // Who has tried in vain can try once more from where they are.
    if (this.#wasPressed) again.focus()
  }

  hide(): void {
    this.#root?.remove()
    this.#wasPressed = false
  }
}

function button(name: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button' }, name)
  made.addEventListener('click', press)
  return made
}
