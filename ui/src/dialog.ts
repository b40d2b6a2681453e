import { element } from './dom.ts'
import { words } from './words/words.ts'

/** Opens a window over the page, which Escape, its button or a click beside it closes, and which is then gone. */
export function openDialog(options: {
  readonly name: string
  readonly heading: string
  readonly content: readonly Node[]
  readonly onClose?: () => void
}): HTMLDialogElement {
  const { name, heading, content, onClose } = options
  const close = element('button', { type: 'button', class: 'dialog-close', 'aria-label': words.close }, '×')
  const title = element('h2', { id: `dialog-${name}` }, heading)
  const dialog = element(
    'dialog',
    { class: `dialog dialog-${name}`, 'data-testid': `dialog-${name}`, 'aria-labelledby': title.id },
    element('header', {}, title, close),
    ...content,
  )
  close.addEventListener('click', () => dialog.close())
  // A click beside the panel is a click on the dialog itself.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  dialog.addEventListener('close', () => {
    dialog.remove()
    onClose?.()
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}
