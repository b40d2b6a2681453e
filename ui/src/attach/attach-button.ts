import { bringLater } from '../bring-later.ts'
import { element, svg } from '../dom.ts'
import { words } from '../words/words.ts'
import type { AttachPage } from './attach-step.ts'

/** The button that opens the dialog; it shows itself where the street lets this page attach meters. */
export function attachButton(page: AttachPage): HTMLElement {
  const button = element(
    'button',
    {
      type: 'button',
      class: 'tool',
      'data-testid': 'attach-open',
      'aria-haspopup': 'dialog',
      'aria-label': words.attach,
      title: words.attach,
      hidden: '',
    },
    svg(
      'svg',
      { viewBox: '0 0 20 20', width: 20, height: 20, class: 'sign', 'aria-hidden': 'true' },
      svg('path', { d: 'M7 2v5m6-5v5M4.5 7h11v2.5a5.5 5.5 0 0 1-11 0zM10 15v3.5' }),
    ),
  )
  button.addEventListener('click', () => void bringLater(({ openAttach }) => openAttach(page)))
  // The client with all its words comes with the dialog: here only whether there is a door matters.
  void fetch('api/v1/attach').then(
    ({ ok }) => {
      button.hidden = !ok
    },
    () => {},
  )
  return button
}
