import { element } from '../dom.ts'
import { words } from '../words/words.ts'
import type { StreetLayout } from './layout.ts'
import type { Box, Point } from './point.ts'
import { pointOn } from './point-on.ts'
import { stillness } from './stillness.ts'
import { ALL, betweenViews, heldIn, type View, zoomedAt } from './view.ts'

/** A home may be made so large, px of room on the screen. */
const LARGEST_PITCH = 300
const STEP = 1.6
const STEP_MS = 180
const FLIGHT_MS = 450
/** A press that moves less than this is none to drag with, px. */
const DRAG_MIN = 4

/** Magnifies and moves the map by wheel, fingers, keys and buttons. */
export class MapZoom {
  readonly buttons: HTMLElement
  readonly #root: HTMLElement
  readonly #onView: (view: View) => void
  readonly #all: HTMLButtonElement
  readonly #pressed = new Map<number, Point>()
  #view: View = ALL
  #box: Box = { width: 0, height: 0 }
  #largest = 1
  #flight = 0
  #drag: 'none' | 'perhaps' | 'on' = 'none'

  constructor(root: HTMLElement, onView: (view: View) => void) {
    this.#root = root
    this.#onView = onView
    const button = (sign: string, label: string, press: () => void) => {
      const made = element('button', { type: 'button', 'aria-label': label, title: label }, sign)
      made.addEventListener('click', press)
      return made
    }
    this.#all = button('⤢', words.map.zoomAll, () => this.all())
    this.#all.disabled = true
    this.buttons = element(
      'div',
      { class: 'map-zoom', role: 'group', 'aria-label': words.map.zoom },
      this.#all,
      button('+', words.map.zoomIn, () => this.by(STEP)),
      button('−', words.map.zoomOut, () => this.by(1 / STEP)),
    )
    this.#listen()
  }

  get view(): View {
    return this.#view
  }

  /** Takes a new layout; what was in the middle of the screen stays there. */
  place(layout: StreetLayout): void {
    const before = this.#box.width === 0 ? null : this.shares
    this.#box = layout.box
    this.#largest = Math.max(1, LARGEST_PITCH / layout.pitch)
    if (before !== null) this.show(before)
  }

  /** The view in shares of the layout, for whoever wants to come back to it. */
  get shares(): { readonly middle: Point; readonly k: number } {
    const { k, x, y } = this.#view
    const { width, height } = this.#box
    return { middle: { x: (width / 2 - x) / k / width, y: (height / 2 - y) / k / height }, k }
  }

  /** Shows a place, told in shares of the layout (0 … 1), magnified `k` times. */
  show({ middle, k }: { readonly middle: Point; readonly k: number }): void {
    const { width, height } = this.#box
    this.#land()
    this.#see({ k, x: width * (0.5 - middle.x * k), y: height * (0.5 - middle.y * k) })
  }

  /** Brings a place of the layout (px) to the middle, at least so much magnified. */
  flyTo(place: Point, magnified: number): void {
    const k = Math.min(this.#largest, Math.max(this.#view.k, magnified))
    const { width, height } = this.#box
    this.#fly({ k, x: width / 2 - place.x * k, y: height / 2 - place.y * k }, FLIGHT_MS)
  }

  by(factor: number): void {
    const middle = { x: this.#box.width / 2, y: this.#box.height / 2 }
    this.#fly(zoomedAt(this.#view, middle, this.#allowed(factor)), STEP_MS)
  }

  all(): void {
    this.#fly(ALL, FLIGHT_MS)
  }

  #see(view: View): void {
    this.#view = heldIn({ view, box: this.#box, largest: this.#largest })
    this.#root.classList.toggle('magnified', this.#view.k > 1)
    this.#all.disabled = this.#view.k === 1
    this.#onView(this.#view)
  }

  #fly(to: View, lengthMs: number): void {
    this.#land()
    const from = this.#view
    const aim = heldIn({ view: to, box: this.#box, largest: this.#largest })
    if (stillness.matches) {
      this.#see(aim)
      return
    }
    const beganMs = performance.now()
    const step = () => {
      const done = Math.min(1, (performance.now() - beganMs) / lengthMs)
      this.#flight = done < 1 ? requestAnimationFrame(step) : 0
      this.#see(done < 1 ? betweenViews(from, aim, done * done * (3 - 2 * done)) : aim)
    }
    this.#flight = requestAnimationFrame(step)
  }

  #land(): void {
    cancelAnimationFrame(this.#flight)
    this.#flight = 0
  }

  /** What is left of a factor before the map is as large or as small as it may be. */
  #allowed(factor: number): number {
    return Math.min(this.#largest, Math.max(1, this.#view.k * factor)) / this.#view.k
  }

  #listen(): void {
    const root = this.#root
    root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
    root.addEventListener('pointerdown', (event) => this.#press(event))
    root.addEventListener('pointermove', (event) => this.#move(event))
    for (const type of ['pointerup', 'pointercancel'] as const) {
      root.addEventListener(type, (event) => this.#pressed.delete(event.pointerId))
    }
    // Else the browser would take two fingers for a scroll, and tell no more of them.
    for (const type of ['touchstart', 'touchmove'] as const) {
      const keep = (event: TouchEvent) => {
        if (event.touches.length > 1 && event.cancelable && !isTool(event.target)) event.preventDefault()
      }
      root.addEventListener(type, keep, { passive: false })
    }
    // A click that ends a drag is none.
    root.addEventListener(
      'click',
      (event) => {
        if (this.#drag === 'on') event.stopImmediatePropagation()
        this.#drag = 'none'
      },
      { capture: true },
    )
    root.addEventListener('keydown', (event) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '+' || event.key === '=') this.by(STEP)
      else if (event.key === '-') this.by(1 / STEP)
      else if (event.key === '0') this.all()
      else return
      event.preventDefault()
    })
  }

  #wheel(event: WheelEvent): void {
    const page = document.documentElement
    // A page that scrolls goes on scrolling: there the map takes the wheel with Ctrl, or where it is magnified.
    const isMeant = this.#view.k > 1 || event.ctrlKey || event.metaKey || page.scrollHeight <= page.clientHeight + 1
    if (!isMeant || isTool(event.target)) return
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : event.deltaMode === 0 ? 0.002 : 1
    // A pinch on a trackpad comes as a fine wheel with Ctrl.
    const factor = 2 ** (-event.deltaY * unit * (event.ctrlKey ? 6 : 1))
    this.#land()
    this.#see(zoomedAt(this.#view, pointOn(this.#root, event), this.#allowed(factor)))
  }

  #press(event: PointerEvent): void {
    // A finger's drag ends without a click: it must not take the next one, on a button.
    if (this.#pressed.size === 0) this.#drag = 'none'
    if (isTool(event.target) || (event.pointerType === 'mouse' && event.button !== 0)) return
    this.#land()
    this.#pressed.set(event.pointerId, pointOn(this.#root, event))
    this.#drag = this.#pressed.size > 1 ? 'on' : 'perhaps'
    // The button under a finger may go while the map moves: from here on the map itself is told.
    if (this.#drag === 'on') for (const pointer of this.#pressed.keys()) this.#root.setPointerCapture(pointer)
  }

  #move(event: PointerEvent): void {
    const before = this.#pressed.get(event.pointerId)
    if (before === undefined) return
    const now = pointOn(this.#root, event)
    if (this.#drag === 'perhaps') {
      if (this.#view.k === 1 || Math.hypot(now.x - before.x, now.y - before.y) < DRAG_MIN) return
      this.#drag = 'on'
      this.#root.setPointerCapture(event.pointerId)
    }
    this.#pressed.set(event.pointerId, now)
    const [other] = [...this.#pressed].filter(([pointer]) => pointer !== event.pointerId).map(([, point]) => point)
    const { k, x, y } = this.#view
    if (other === undefined) {
      this.#see({ k, x: x + now.x - before.x, y: y + now.y - before.y })
      return
    }
    const apart = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y))
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
    const moved = { k, x: x + (now.x - before.x) / 2, y: y + (now.y - before.y) / 2 }
    this.#see(zoomedAt(moved, middle, this.#allowed(apart(now) / apart(before))))
  }
}

/** Whether something on the map is no part of what is magnified. */
export function isTool(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.map-tools, .veil') !== null
}
