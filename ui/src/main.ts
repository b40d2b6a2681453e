import { part } from './dom.ts'
import { FiguresView } from './figures/figures-view.ts'
import { createHeader } from './header-view.ts'
import { MapView } from './map/map-view.ts'
import { MarketView } from './market/market-view.ts'
import { slotToFollow } from './market/slots.ts'
import type { Page } from './page.ts'
import { pageState } from './page-state.ts'
import { PriceView } from './price/price-view.ts'
import { ReceiptView } from './receipt/receipt-view.ts'
import { connect } from './socket.io-client.ts'
import { type Change, StreetStore } from './store.ts'
import { readPalette, startTheme, toggleTheme } from './theme.ts'
import { createVeil } from './veil-view.ts'
import { locale } from './words.ts'

/** Words and numbers change at most so often: faster, nobody can read them. Wall ms. */
const WORDS_EVERY_MS = 250

document.documentElement.lang = locale
startTheme(repaint)

const store: StreetStore = new StreetStore({
  uplink: connect(() => ({
    connect: () => store.connected(),
    disconnect: () => store.disconnected(),
    snapshot: (snapshot) => store.snapshot(snapshot),
    frame: (frame) => store.frame(frame),
    status: (status) => store.heartbeat(status),
  })),
  nowMs: () => Date.now(),
  schedule: (run) => void requestAnimationFrame(run),
})

let pinned: number | null = null
const chooser = {
  onSlot: (slot: number | null) => {
    pinned = slot
    drawWords()
  },
}

const header = createHeader(part('header'), () => {
  toggleTheme()
  repaint()
})
const map = new MapView(part('map'), readPalette())
const veil = createVeil(part('map'))
const price = new PriceView(part('price'), readPalette(), chooser)
const figures = new FiguresView(part('figures'))
const receipt = new ReceiptView()
document.body.append(receipt.root)
const market = new MarketView(part('market'), { ...chooser, onReceipt: (trade) => void receipt.open(trade) })

let wordsAtMs = 0
store.subscribe((change: Change) => {
  map.draw(present(), change.trades)
  if (Date.now() - wordsAtMs >= WORDS_EVERY_MS) drawWords()
})
// Ages grow and silence shows even when nothing arrives; a page that nobody sees does not care.
setInterval(() => {
  store.tick()
  if (!document.hidden && Date.now() - wordsAtMs >= WORDS_EVERY_MS) {
    drawWords()
    map.draw(present(), [])
  }
}, 500)
drawWords()

/** The picture of this moment. */
function present(): Page {
  const { street, status, link, clockMs } = store
  const wallMs = Date.now()
  const speed = status?.speed ?? 1
  // A slot the street has forgotten cannot stay chosen.
  if (pinned !== null && !street.slots.has(pinned)) pinned = null
  return {
    street,
    status,
    link,
    state: pageState({ link, street, status, nowMs: wallMs }),
    wallMs,
    clockMs,
    speed,
    slotMinutes: street.rules?.slotMinutes ?? 15,
    slot: pinned ?? slotToFollow(street.slots),
    following: pinned === null,
    isOverdue: (name) => {
      const home = street.homes.get(name)
      return home !== undefined && store.pace.isOverdue(home, { nowMs: clockMs, speed })
    },
  }
}

function drawWords(): void {
  wordsAtMs = Date.now()
  const page = present()
  header.draw(page)
  veil.draw(page)
  map.drawWords(page)
  price.draw(page)
  figures.draw(page)
  market.draw(page)
}

function repaint(): void {
  const palette = readPalette()
  map.setPalette(palette)
  price.setPalette(palette)
}
