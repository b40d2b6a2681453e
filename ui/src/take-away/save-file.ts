/** Lets the viewer save something that the page has made. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Not at once: a browser may ask where to save first.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
