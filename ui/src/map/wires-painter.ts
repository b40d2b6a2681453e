import { Layer } from './canvas.ts'
import type { Pen } from './glyphs.ts'
import { gridSymbols } from './grid-symbols.ts'
import type { LookedAt } from './looked-at.ts'
import { tracePlots } from './plots.ts'
import type { Point } from './point.ts'
import { homesInSight, nodesInSight, sightOf } from './sight.ts'
import type { StreetColumns } from './street-columns.ts'
import type { Stroke } from './stroke.ts'
import { ALL } from './view.ts'
import { groundStrokes, loadStrokes, type WireScene } from './wire-strokes.ts'

/** More wires than this are drawn anew at most so often, wall ms. */
const MANY_WIRES = 2_000
const MANY_EVERY_MS = 1_000

/** The lowest layer: plots, roads, wires and what they carry, the transformer and the supplier's grid. */
export class WiresPainter {
  readonly layer = new Layer()
  #isMarked = true
  #isOld = false
  #isDue = false
  #paintedAtMs = 0

  get isDone(): boolean {
    return !this.#isMarked && !this.#isDue
  }

  /** All is to be drawn anew. */
  mark(): void {
    this.#isMarked = true
  }

  /** Says whether what so many wires carry looks otherwise since; to be said again and again, for many wait. */
  note(wires: 'same' | 'otherwise', count: number): void {
    this.#isOld ||= wires === 'otherwise'
    if (!this.#isOld) return
    if (count <= MANY_WIRES) this.#isMarked = true
    else this.#isDue ||= performance.now() - this.#paintedAtMs >= MANY_EVERY_MS
  }

  /** Draws all of it, where it is marked. Many wires leave a frame to the words and homes that came along with them. */
  paint(
    { layout, look, view, box, palette }: LookedAt,
    { loadsW, classes, overServices, transformerLoading }: StreetColumns,
  ): void {
    if (!this.#isMarked) {
      this.#isMarked = this.#isDue
      return
    }
    this.#isMarked = false
    this.#isDue = false
    this.#isOld = false
    this.#paintedAtMs = performance.now()
    const sight = sightOf({ view, box, beyond: 60 + look.pitch })
    const scene: WireScene = {
      ...{ layout, look, palette, classes, overServices },
      nodes: nodesInSight(layout, sight),
      homes: homesInSight(layout, sight),
    }
    const plots: Stroke = {
      trace: (pen: Pen) => tracePlots(pen, { layout, look, homes: scene.homes, magnified: view.k }),
      colour: palette.plot,
      width: null,
    }
    this.layer.clear()
    this.layer.draw([plots, ...groundStrokes(scene), ...loadStrokes(scene)], view)
    const netW = loadsW[0] ?? 0
    const at = ({ x, y }: Point) => ({ x: x * view.k + view.x, y: y * view.k + view.y })
    const { supplier, transformer, direction } = layout
    const symbols = {
      ...{ supplier: at(supplier), transformer: at(transformer), direction, netW },
      loading: transformerLoading,
    }
    this.layer.draw(gridSymbols(symbols, palette), ALL)
  }
}
