import { element, setText } from '../dom.ts'

/** A field with its label and a hint that a screen reader reads with it. */
export interface FormField {
  readonly root: HTMLElement
  readonly input: HTMLInputElement
  readonly setLabel: (label: string) => void
  readonly setHint: (hint: string) => void
}

let made = 0

/** Builds a labelled field. */
export function formField(options: {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly attributes?: Readonly<Record<string, string>>
}): FormField {
  const { name, attributes = {} } = options
  const id = `attach-field-${made++}`
  const label = element('label', { for: id }, options.label)
  const hint = element('small', { id: `${id}-hint` }, options.hint ?? '')
  const input = element('input', {
    id,
    name,
    'data-testid': `attach-${name}`,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'aria-describedby': hint.id,
    ...attributes,
  })
  return {
    root: element('p', { class: 'attach-field' }, label, input, hint),
    input,
    setLabel: (text) => setText(label, text),
    setHint: (text) => setText(hint, text),
  }
}
