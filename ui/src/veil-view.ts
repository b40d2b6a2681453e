import { element, setText } from './dom.ts'
import { count } from './format.ts'
import type { Page } from './page.ts'
import { words } from './words.ts'

/** What lies over the map while there is nothing to see yet: why, and how far it is. */
export function createVeil(root: HTMLElement): { readonly draw: (page: Page) => void } {
  const heading = element('h2')
  const text = element('p')
  const steps = element('ol', {}, element('li'), element('li'), element('li'))
  const veil = element('div', { class: 'veil', 'data-testid': 'veil' }, element('div', {}, heading, text, steps))
  root.append(veil)
  return {
    draw(page) {
      const { state, street } = page
      const said = state in words.veil ? words.veil[state as keyof typeof words.veil] : null
      veil.hidden = said === null
      if (said === null) return
      setText(heading, said[0] as string)
      setText(text, said[1] as string)
      steps.hidden = state !== 'starting'
      const spoken = [...street.homes.values()].filter((home) => home.readingSequence >= 0).length
      const done: readonly [number, string][] = [
        [street.homes.size, words.steps.joined(count(street.homes.size))],
        [spoken, words.steps.read(count(spoken))],
        [street.slots.size, words.steps.slots(count(street.slots.size))],
      ]
      done.forEach(([many, line], i) => {
        const step = steps.children[i] as HTMLElement
        step.classList.toggle('done', many > 0)
        setText(step, line)
      })
    },
  }
}
