import type { TradeReceipt } from '#protocol/trade-receipt.ts'
import { element } from '../dom.ts'
import { words } from '../words.ts'
import { receiptSteps, type ShownStep } from './receipt-steps.ts'

/** A trade's way from its registers to its transaction, in a dialog: Escape closes it, and focus goes back. */
export class ReceiptView {
  readonly root: HTMLDialogElement
  readonly #title = element('h2', { id: 'receipt-title' })
  readonly #steps = element('ol', { class: 'receipt-steps' })
  readonly #note = element('p', { class: 'receipt-note', 'aria-live': 'polite' })
  readonly #command = element('code', { 'data-testid': 'receipt-command' })
  #shown: string | null = null

  constructor() {
    const close = element('button', { type: 'button', class: 'receipt-close', 'aria-label': words.receipt.close }, '×')
    this.root = element(
      'dialog',
      { class: 'receipt', 'data-testid': 'receipt', 'aria-labelledby': 'receipt-title' },
      element('header', {}, this.#title, close),
      this.#steps,
      this.#note,
      element('p', { class: 'receipt-note' }, words.receipt.proveIt, ' ', this.#command),
    )
    close.addEventListener('click', () => this.root.close())
    // A click beside the panel is a click on the dialog itself.
    this.root.addEventListener('click', ({ target }) => target === this.root && this.root.close())
    this.root.addEventListener('close', () => {
      this.#shown = null
    })
  }

  /** Opens the receipt of a trade with what the server holds of it now. */
  async open(id: string): Promise<void> {
    this.#shown = id
    this.#title.textContent = words.receipt.heading(id)
    this.#command.textContent = `commonwatt verify receipt ${id}`
    this.#steps.replaceChildren()
    this.#note.textContent = words.receipt.loading
    if (!this.root.open) this.root.showModal()
    const receipt = await receiptOf(id)
    if (this.#shown !== id) return // closed, or another one opened meanwhile
    this.#note.textContent = receipt === null ? words.receipt.notThere : words.receipt.serverSays
    if (receipt !== null) this.#steps.replaceChildren(...receiptSteps(receipt).map(row))
  }
}

function row({ name, state, text, fact }: ShownStep): HTMLElement {
  return element(
    'li',
    { 'data-testid': 'receipt-step', 'data-state': state },
    element('h3', {}, name, element('span', { class: 'receipt-state' }, words.receipt.state[state])),
    element('p', {}, text),
    ...(fact === null ? [] : [element('code', { title: fact }, fact)]),
  )
}

/** What the server holds of a trade; null if it holds nothing, or does not answer. */
async function receiptOf(id: string): Promise<TradeReceipt | null> {
  try {
    const answer = await fetch(`api/v1/receipts/${encodeURIComponent(id)}`)
    return answer.ok ? ((await answer.json()) as TradeReceipt) : null
  } catch {
    return null
  }
}
