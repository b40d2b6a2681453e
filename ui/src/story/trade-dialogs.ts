import { bringLater } from '../bring-later.ts'
import type { Page } from '../page.ts'

/** Opens what explains a trade, one at a time: its receipt, and why it has its price. */
export class TradeDialogs {
  readonly #page: () => Page
  #open: HTMLDialogElement | null = null

  constructor(page: () => Page) {
    this.#page = page
  }

  openReceipt(trade: string): void {
    void bringLater(({ openReceipt }) => {
      const { picture, nameOf, about } = this.#page()
      const told = picture.tape.find(({ id }) => id === trade)
      const names = told === undefined ? null : { seller: nameOf(told.seller), buyer: nameOf(told.buyer) }
      const onStory = about?.books === 'not-kept' ? null : () => this.openStory(trade)
      this.#open?.close()
      this.#open = openReceipt({ trade, names, kind: about?.kind ?? 'live', onStory })
    })
  }

  /** Why it has its price, where books are kept that say so; else what else is known of it. */
  openTrade(trade: string): void {
    if (this.#page().about?.books === 'not-kept') this.openReceipt(trade)
    else this.openStory(trade)
  }

  openStory(trade: string): void {
    void bringLater(({ openStory }) => {
      this.#open?.close()
      this.#open = openStory({ trade, page: this.#page(), onReceipt: () => this.openReceipt(trade) })
    })
  }
}
