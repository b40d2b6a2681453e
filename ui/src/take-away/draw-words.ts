/** What of the words over the map belongs to no picture: what is pressed, what is pointed at, and the legend's signs. */
const LEFT_OUT = '.map-tools, .card, .legend, .unseen, [hidden]'

/** Draws the words that stand over a map as they are shown, each where it stands; the pen's 0, 0 is the map's corner. */
export function drawWords(pen: CanvasRenderingContext2D, map: HTMLElement): void {
  const { left, top, width, height } = map.getBoundingClientRect()
  pen.save()
  pen.beginPath()
  pen.rect(0, 0, width, height)
  pen.clip()
  pen.textAlign = 'start'
  pen.textBaseline = 'middle'
  const texts = document.createTreeWalker(map, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  while (texts.nextNode() !== null) {
    const text = texts.currentNode
    const holder = text.parentElement
    if (holder === null || holder.closest(LEFT_OUT) !== null) continue
    if (!holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    range.selectNodeContents(text)
    const at = range.getBoundingClientRect()
    if (at.width === 0) continue
    const { color, fontFamily, fontSize, fontWeight } = getComputedStyle(holder)
    pen.fillStyle = color
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`
    pen.fillText(text.textContent ?? '', at.left - left, (at.top + at.bottom) / 2 - top)
  }
  pen.restore()
}
