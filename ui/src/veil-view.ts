import { element, setText } from './dom.ts'
import { count } from './format.ts'
import type { Page } from './page.ts'
import { words } from './words/words.ts'

/** What lies over the map while there is nothing to see yet: why, and how far it is. */
export function createVeil(root: HTMLElement): { readonly draw: (page: Page) => void } {
  const heading = element('h2')
  const text = element('p')
  const steps = element('ol', {}, element('li'), element('li'), element('li'))
  const veil = element('div', { class: 'veil', 'data-testid': 'veil' }, element('div', {}, heading, text, steps))
  root.append(veil)
  return {
    draw(page) {
      const { state, picture } = page
      const said = state in words.veil ? words.veil[state as keyof typeof words.veil] : null
      veil.hidden = said === null
      if (said === null) return
      setText(heading, said[0] as string)
      setText(text, said[1] as string)
      steps.hidden = state !== 'starting'
      const spoken = picture.homes.filter(({ readingTimeMs }) => readingTimeMs > 0).length
      const done: readonly [number, string][] = [
        [picture.homes.length, words.steps.joined(count(picture.homes.length))],
        [spoken, words.steps.read(count(spoken))],
        [picture.slots.size, words.steps.slots(count(picture.slots.size))],
      ]
      done.forEach(([many, line], i) => {
        const step = steps.children[i] as HTMLElement
        step.classList.toggle('done', many > 0)
        setText(step, line)
      })
    },
  }
}
