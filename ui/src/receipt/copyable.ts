import { copyText } from '../copy-text.ts'
import { element, setText, svg } from '../dom.ts'
import { laterWords } from '../words/later-words.ts'
import type { Fact } from './receipt-steps.ts'

const SAYS_SO_MS = 2_000

/** A value with a button that copies it; where the browser forbids that, the value is selected instead. */
export function copyable({ name, value }: Fact): HTMLElement {
  const code = element('code', { title: value }, value)
  const said = element('span', { class: 'copy-said', role: 'status' })
  const button = element(
    'button',
    { type: 'button', class: 'copy', 'aria-label': laterWords.receipt.copy(name) },
    twoSheets(),
  )
  button.addEventListener('click', async () => {
    setText(said, (await copyText(value)) ? laterWords.receipt.copied : select(code))
    setTimeout(() => setText(said, ''), SAYS_SO_MS)
  })
  return element('p', { class: 'fact' }, element('span', {}, name), code, button, said)
}

const twoSheets = () =>
  svg(
    'svg',
    { class: 'icon', width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    svg('path', { d: 'M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5' }),
  )

function select(code: HTMLElement): string {
  getSelection()?.selectAllChildren(code)
  return laterWords.receipt.select
}
