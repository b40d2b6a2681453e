import { canvasPng, exportCanvas } from './canvas-png.ts'

/** A drawing as a PNG of the screen's own resolution, as large as the drawing says. */
export async function svgPng(drawing: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`
  await image.decode()
  const pen = exportCanvas(image.naturalWidth, image.naturalHeight)
  pen.drawImage(image, 0, 0, image.naturalWidth, image.naturalHeight)
  return canvasPng(pen.canvas)
}
