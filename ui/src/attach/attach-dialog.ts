import { element, setText } from '../dom.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { addressStep } from './address-step.ts'
import { newDraft } from './attach-draft.ts'
import { type AttachPage, type AttachStep, STEP_FORM, type StepHost } from './attach-step.ts'
import { chooseStep } from './choose-step.ts'
import { previewStep } from './preview-step.ts'
import { saveStep } from './save-step.ts'

/** Attaches a real meter to the street, step by step. Escape closes it, and focus goes back to where it came from. */
class AttachDialog {
  readonly #root: HTMLDialogElement
  readonly #place = element('p', { class: 'attach-place' })
  readonly #title = element('h3', { tabindex: '-1', 'data-testid': 'attach-step' })
  readonly #body = element('div', { class: 'attach-body' })
  readonly #problem = element('p', { class: 'attach-problem', role: 'alert', 'data-testid': 'attach-problem' })
  readonly #said = element('p', { class: 'attach-done', role: 'status', 'data-testid': 'attach-done' })
  readonly #back = element('button', { type: 'button', class: 'attach-button' }, laterWords.attach.back)
  readonly #next = element('button', {
    form: STEP_FORM,
    class: 'attach-button attach-next',
    'data-testid': 'attach-next',
  })
  readonly #steps: readonly AttachStep[]
  readonly #draft = newDraft()
  #at = 0

  constructor(page: AttachPage) {
    const draft = this.#draft
    const host: StepHost = {
      tell: (problem) => {
        setText(this.#problem, problem)
        if (problem !== '') setText(this.#said, '')
      },
      say: (done) => setText(this.#said, done),
      proceed: () => void this.#proceed(),
      page: {
        ...page,
        onShow: (home) => {
          this.#root.close()
          page.onShow(home)
        },
      },
    }
    this.#steps = [chooseStep, addressStep, previewStep, saveStep].map((step) => step(draft, host))
    const close = element(
      'button',
      { type: 'button', class: 'attach-close', 'aria-label': laterWords.attach.close },
      '×',
    )
    this.#root = element(
      'dialog',
      { class: 'attach', 'data-testid': 'attach-dialog', 'aria-labelledby': 'attach-title' },
      element('header', {}, element('h2', { id: 'attach-title' }, words.attach), this.#place, close),
      this.#title,
      this.#body,
      element('div', { class: 'attach-news' }, this.#problem, this.#said),
      element('footer', {}, this.#back, this.#next),
    )
    close.addEventListener('click', () => this.#root.close())
    this.#back.addEventListener('click', () => this.#show(this.#at - 1))
    // The forms of the steps come and go; the one on show sends what it has to here.
    this.#body.addEventListener('submit', (event) => {
      if (!(event.target instanceof HTMLFormElement) || event.target.id !== STEP_FORM) return
      event.preventDefault()
      void this.#proceed()
    })
    this.#root.addEventListener('close', () => {
      this.#steps[this.#at]?.leave()
      this.#root.remove()
    })
  }

  open(): void {
    document.body.append(this.#root)
    this.#root.showModal()
    this.#show(0)
  }

  async #proceed(): Promise<void> {
    const step = this.#steps[this.#at]
    if (step === undefined || this.#next.getAttribute('aria-busy') === 'true') return
    setText(this.#problem, '')
    setText(this.#said, '')
    this.#next.setAttribute('aria-busy', 'true')
    setText(this.#next, laterWords.attach.working)
    const isDone = await step.finish()
    // Who has gone back meanwhile sees another step, with a button of its own.
    if (!this.#root.open || this.#steps[this.#at] !== step) return
    this.#next.setAttribute('aria-busy', 'false')
    setText(this.#next, step.next)
    if (!isDone) return
    const isLast = this.#at === this.#steps.length - 1
    // What was saved stands in the list that it begins with.
    if (isLast) Object.assign(this.#draft, newDraft())
    this.#show(isLast ? 0 : this.#at + 1)
  }

  #show(at: number): void {
    const step = this.#steps[at]
    if (step === undefined) return
    if (this.#body.firstChild !== null) this.#steps[this.#at]?.leave()
    this.#at = at
    setText(this.#problem, '')
    setText(this.#place, laterWords.attach.place(String(at + 1), String(this.#steps.length)))
    setText(this.#title, step.title)
    setText(this.#next, step.next)
    this.#next.setAttribute('aria-busy', 'false')
    this.#back.hidden = at === 0
    this.#body.replaceChildren(step.root)
    this.#body.scrollTop = 0
    step.enter()
    this.#title.focus()
  }
}

/** Opens the dialog that attaches a meter. */
export function openAttach(page: AttachPage): void {
  new AttachDialog(page).open()
}
