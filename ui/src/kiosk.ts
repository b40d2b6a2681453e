/** On a wall the panels take turns, so slowly that each can be read. Wall ms. */
const TURN_MS = 20_000

/** Makes the page one that hangs on a wall: large, nothing to press, nobody to press it. */
export function startKiosk(): void {
  const { dataset } = document.documentElement
  dataset.kiosk = ''
  dataset.turn = 'figures'
  setInterval(() => {
    dataset.turn = dataset.turn === 'figures' ? 'market' : 'figures'
  }, TURN_MS)
}
