import { bringLater, type Later } from './bring-later.ts'

/** A view that few open: it comes when it is wanted first. */
export class LaterView<View> {
  readonly #make: (later: Later) => View
  readonly #arrived: () => void
  #view: View | null = null
  #wantedFor: string | number | null = null

  /** `arrived` is called when the view can be drawn. */
  constructor(make: (later: Later) => View, arrived: () => void) {
    this.#make = make
    this.#arrived = arrived
  }

  /**
   * The view, where it is there already. It is fetched for what it is wanted for now, null for nothing: if it did not come
   * for one thing, it is tried again for the next.
   */
  for(wanted: string | number | null): View | null {
    if (this.#view === null && wanted !== null && wanted !== this.#wantedFor) {
      void bringLater((later) => {
        this.#view ??= this.#make(later)
        this.#arrived()
      })
    }
    this.#wantedFor = wanted
    return this.#view
  }
}
