/** What a canvas shows as a PNG. */
export function canvasPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the picture is too large')) : resolve(blob)),
      'image/png',
    )
  })
}

/** A canvas of so many CSS px in the screen's own resolution, and its pen. */
export function exportCanvas(width: number, height: number): CanvasRenderingContext2D {
  const scale = Math.max(1, devicePixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('this browser gives no canvas')
  pen.scale(scale, scale)
  return pen
}
