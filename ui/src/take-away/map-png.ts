import { canvasPng, exportCanvas } from './canvas-png.ts'
import { drawWords } from './draw-words.ts'

/** Lines over and under the map. */
export interface Caption {
  readonly title: string
  readonly time: string
  readonly figures: readonly string[]
}

/** Of the picture's text and edges, CSS px. */
const MARGIN = 24
const TOP = 64
const BOTTOM = 44

/** The map as it is now with a title and its time, as a PNG of the screen's own resolution. */
export async function mapPng(map: HTMLElement, caption: Caption): Promise<Blob> {
  const layers = [...map.querySelectorAll('canvas')]
  const { width, height } = map.getBoundingClientRect()
  const pen = exportCanvas(width, height + TOP + BOTTOM)
  const { backgroundColor } = getComputedStyle(map)
  const { color, fontFamily } = getComputedStyle(document.body)
  pen.fillStyle = backgroundColor
  pen.fillRect(0, 0, width, height + TOP + BOTTOM)
  for (const layer of layers) {
    const at = layer.getBoundingClientRect()
    const { left, top } = map.getBoundingClientRect()
    if (layer.width > 0 && layer.height > 0) {
      pen.drawImage(layer, at.left - left, at.top - top + TOP, at.width, at.height)
    }
  }
  pen.save()
  pen.translate(0, TOP)
  drawWords(pen, map)
  pen.restore()
  pen.fillStyle = color
  pen.textBaseline = 'middle'
  pen.font = `600 20px ${fontFamily}`
  pen.fillText(caption.title, MARGIN, TOP / 2 + 4)
  pen.font = `14px ${fontFamily}`
  pen.fillText(caption.figures.join('   ·   '), MARGIN, height + TOP + BOTTOM / 2)
  pen.textAlign = 'end'
  pen.fillText(caption.time, width - MARGIN, TOP / 2 + 4)
  return canvasPng(pen.canvas)
}
