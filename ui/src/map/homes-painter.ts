import { Layer } from './canvas.ts'
import { drawHomes, type HomesScene, reachOf } from './homes-layer.ts'

/** With more homes in sight than this, only those that changed are drawn anew. */
const ALL_MAX = 400
/** So many of them in one frame; the others wait for the next. */
const CHANGED_MAX = 200

/** The middle layer: homes. Draws all of them where they moved on the screen, else only those that changed. */
export class HomesPainter {
  readonly layer = new Layer()
  #marked = new Uint8Array(0)
  /** a ring of those that wait, each once: who waits longest is drawn first */
  #queue = new Int32Array(0)
  #first = 0
  #waiting = 0
  readonly #some = new Int32Array(CHANGED_MAX)
  #reach = new Float32Array(0)
  #all = true

  get isDone(): boolean {
    return this.#waiting === 0 && !this.#all
  }

  resize(homes: number): void {
    if (homes !== this.#marked.length) {
      this.#marked = new Uint8Array(homes)
      this.#queue = new Int32Array(homes)
      this.#reach = new Float32Array(homes)
      this.#waiting = 0
    }
    this.markAll()
  }

  markAll(): void {
    this.#all = true
  }

  mark(home: number): void {
    if (this.#marked[home] === 1) return
    this.#marked[home] = 1
    this.#queue[(this.#first + this.#waiting++) % this.#queue.length] = home
  }

  /** Draws what is marked; `inSight` homes are on the screen. */
  paint(scene: HomesScene, inSight: number): void {
    if (this.#all || (inSight <= ALL_MAX && this.#waiting > 0)) {
      this.layer.clear()
      drawHomes(this.layer.pen, scene, null)
      for (let home = 0; home < this.#reach.length; home++) this.#reach[home] = reachOf(scene, home)
      this.#marked.fill(0)
      this.#waiting = 0
      this.#all = false
      return
    }
    if (this.#waiting === 0) return
    const some = this.#some.subarray(0, Math.min(CHANGED_MAX, this.#waiting))
    const { layout, view } = scene
    for (let i = 0; i < some.length; i++) {
      const home = this.#queue[(this.#first + i) % this.#queue.length] as number
      some[i] = home
      const reach = Math.max(this.#reach[home] as number, reachOf(scene, home)) + 1
      const x = (layout.homeX[home] as number) * view.k + view.x
      const y = (layout.homeY[home] as number) * view.k + view.y
      this.layer.pen.clearRect(x - reach, y - reach, 2 * reach, 2 * reach)
      this.#reach[home] = reachOf(scene, home)
      this.#marked[home] = 0
    }
    drawHomes(this.layer.pen, scene, some)
    this.#first = (this.#first + some.length) % this.#queue.length
    this.#waiting -= some.length
  }
}
