import { openDialog } from '../dialog.ts'
import { element } from '../dom.ts'
import { words } from '../words/words.ts'
import { keyActions, keyOf } from './keys.ts'

/** Opens the list of what keys do. */
export function openKeysDialog(): void {
  const rows = keyActions.flatMap((action) => [
    element('dt', {}, element('kbd', {}, keyOf[action] === ' ' ? words.keys.space : keyOf[action].toUpperCase())),
    element('dd', {}, words.keys.does[action]),
  ])
  const more = [
    element('dt', {}, element('kbd', {}, '← ↑ → ↓')),
    element('dd', {}, words.keys.arrows),
    element('dt', {}, element('kbd', {}, 'Esc')),
    element('dd', {}, words.keys.escape),
  ]
  openDialog({
    name: 'keys',
    heading: words.keys.heading,
    content: [element('dl', { class: 'keys' }, ...rows, ...more)],
  })
}
