/** Draws in the browser's next frame when asked, and goes on while there is more to draw; never where nobody looks. */
export class FrameLoop {
  /** how many frames were drawn, and of the last how long that took and how long after the one before, ms */
  readonly frames = { count: 0, drawMs: 0, gapMs: 0 }
  /** behind another tab of a phone nothing is drawn */
  isShown = false
  readonly #paint: (frame: { readonly nowMs: number; readonly gapMs: number }) => 'done' | 'more'
  #asked = 0
  #paintedAtMs = 0

  /** `paint` draws one frame at a wall time, so long after the one before, ms; says whether another must follow. */
  constructor(paint: (frame: { readonly nowMs: number; readonly gapMs: number }) => 'done' | 'more') {
    this.#paint = paint
  }

  /** Has a frame drawn soon. */
  wake(): void {
    if (this.#asked !== 0 || document.hidden || !this.isShown) return
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0
      this.paint()
    })
  }

  /** Draws a frame now. */
  paint(): void {
    const nowMs = performance.now()
    const gapMs = nowMs - this.#paintedAtMs
    this.#paintedAtMs = nowMs
    const rest = this.#paint({ nowMs, gapMs })
    this.frames.count++
    this.frames.gapMs = gapMs
    this.frames.drawMs = performance.now() - nowMs
    if (rest === 'more') this.wake()
  }

  stop(): void {
    cancelAnimationFrame(this.#asked)
  }
}
