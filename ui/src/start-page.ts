import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import type { Run } from '#protocol/picture/run.ts'
import { Announcer } from './announcer.ts'
import { bringLater } from './bring-later.ts'
import { browserKeep } from './browser-keep.ts'
import type { SharedParts } from './compare/compared-page.ts'
import { composePage } from './compose-page.ts'
import { element, part } from './dom.ts'
import { FiguresView } from './figures/figures-view.ts'
import type { GatewaySocket } from './gateway-socket.ts'
import { HeaderView } from './header-view.ts'
import { keyActs } from './keys/key-acts.ts'
import { listenToKeys } from './keys/listen-to-keys.ts'
import { KnownRuns } from './known-runs.ts'
import { LaterPanels } from './later-panels.ts'
import { LaterView } from './later-view.ts'
import { placeOf } from './link/map-place.ts'
import { viewOf } from './link/page-link.ts'
import { MapView } from './map/map-view.ts'
import { MarketView } from './market/market-view.ts'
import type { Page } from './page.ts'
import { PriceView } from './price/price-view.ts'
import { Selection } from './selection.ts'
import { SlowGauge } from './slow-gauge.ts'
import { type Change, StreetStore } from './store.ts'
import { TradeDialogs } from './story/trade-dialogs.ts'
import { Tabs } from './tabs.ts'
import { onSystemTheme, readPalette, showTheme } from './theme.ts'
import { runClient } from './time/run-client.ts'
import { TimeControl } from './time/time-control.ts'
import { TimeView } from './time/time-view.ts'
import { timesIn } from './times.ts'
import { createVeil } from './veil-view.ts'
import { locale, words } from './words/words.ts'
import { WordsDue } from './words-due.ts'

const noNews: Change = { trades: [], untoldTrades: 0 }
/** A recording goes on in steps of this; what moves between them glides by itself. */
const TICK_EVERY_MS = 50
/** The time bar of a street that lives learns so often what has happened; oftener where its time goes fast. */
const TIMELINE_EVERY_MS = 10_000
const TIMELINE_FAST_MS = 2_000
const KIOSK_PATIENCE_MS = 15_000

/** What was asked for before the page could be put together; a promise of null where the gateway does not answer. */
export interface AskedFirst {
  /** the first of what lives; null: a link asks for another */
  readonly picture: Promise<PictureFrame | null> | null
  readonly runs: Promise<readonly Run[] | null>
  /** opens by itself, where one of these runs lives */
  readonly uplink: GatewaySocket
}

/** Puts the page together and lets it go on: once, when its words are there. */
export function startPage(asked: AskedFirst): void {
  document.documentElement.lang = locale
  const nowMs = () => Date.now()
  const linked = viewOf(location.hash)
  const selection = new Selection(browserKeep, linked)
  showTheme(selection.choices.theme)

  const { uplink } = asked
  uplink.listener = {
    connect: () => {
      if (hasBegun) carryOn()
    },
    disconnect: () => store.disconnected(),
    snapshot: (frame) => {
      const { log } = store.picture
      store.snapshot(frame)
      if (log !== '' && log !== store.picture.log) leaveStreet()
    },
    frame: (frame) => store.frame(frame),
    status: (status) => store.heartbeat(status),
    depth: (depth) => store.depth(depth),
  }
  const store = new StreetStore({ uplink, nowMs, schedule: (run) => void requestAnimationFrame(run) })
  const control = new TimeControl({
    live: store,
    client: runClient,
    nowMs,
    changed: () => draw(noNews, 'viewer'),
  })
  const gauge = new SlowGauge(performance.now())
  const runs = new KnownRuns(runClient)
  const wordsDue = new WordsDue(nowMs, redraw)
  let hasBegun = false
  let isBack = false
  let isLinkRefused = false

  const chooser = { onSlot: (slot: number | null) => selection.choose({ slot }) }
  const header = new HeaderView(part('header'), {
    onTheme: (theme) => selection.choose({ theme }),
    onTakeAway: () =>
      void bringLater(({ openTakeAway }) =>
        openTakeAway({ page, map: part('map'), choices: selection.choices, place: map.place }),
      ),
    onCompare: () => void bringLater(({ openCompare }) => openCompare({ client: runClient, shared })),
    onKeys: () => acts.help(),
    attach: {
      mine: () => selection.choices.mine,
      onMine: (mine) => onMine(mine),
      onShow: (home) => {
        // It has joined since the moment that is on show.
        if (page.picture.homes[home] === undefined) control.goLive()
        selection.choose({ home, panel: 'street' })
        map.showHome(home)
      },
    },
  })
  const onChoose = (home: number | null) => selection.choose({ home })
  const onMine = (mine: number | null) => selection.choose({ mine })
  const map = new MapView(part('map'), readPalette(), {
    onChoose,
    onMine,
    onTrade: (trade) => dialogs.openTrade(trade),
  })
  const veil = createVeil(part('map'))
  const figures = new FiguresView(part('figures'))
  const dialogs = new TradeDialogs(() => page)
  const tradeOpener = {
    onReceipt: (trade: string) => dialogs.openReceipt(trade),
    onStory: (trade: string) => dialogs.openStory(trade),
  }
  const price = new PriceView(part('price'), { ...chooser, ...tradeOpener })
  const market = new MarketView(part('market'), { ...chooser, ...tradeOpener })
  const laterPanels = new LaterPanels({ onChoose, onArrive: redraw })
  const homePanel = new LaterView(({ HomePanel }) => {
    const panel = new HomePanel({ onClose: closeHome, onMine, ...tradeOpener })
    part('time').before(panel.root)
    return panel
  }, redraw)
  const tabs = new Tabs(part('tabs'), (panel) => selection.choose({ panel }))
  const time = new TimeView(part('time'), {
    onToggle: () => control.toggle(),
    onStep: (events) => void control.step(events),
    onSpeed: (speed) => control.setSpeed(speed),
    onLive: () => control.goLive(),
    onSeek: (timeMs) => void control.seek({ timeMs }),
    onEnd: () => toEnd(),
  })
  const announcer = new Announcer(nowMs)
  const skip = element('a', { class: 'skip', href: '#map' }, words.skip)
  document.body.prepend(skip)
  document.body.append(announcer.root)
  part('map').tabIndex = -1
  tabs.show(selection.choices.panel)

  let page = present()
  let timelineAtMs = 0
  let drawnState = ''

  store.subscribe((change: Change) => {
    if (control.time.mode === 'live') draw(change)
  })
  selection.subscribe((changed) => {
    if (changed.has('panel')) tabs.show(selection.choices.panel)
    if (changed.has('theme')) {
      showTheme(selection.choices.theme)
      repaint()
    }
    redraw()
  })
  onSystemTheme(repaint)
  const acts = keyActs({ control, toEnd, search: () => map.focusSearch() })
  listenToKeys((action) => acts[action]())
  if (new URLSearchParams(location.search).has('kiosk')) {
    void bringLater(({ startKiosk }) => startKiosk())
    // Nobody presses a button on a wall: what did not come is tried again with all of the page.
    setTimeout(() => document.documentElement.dataset.kiosk ?? location.reload(), KIOSK_PATIENCE_MS)
  }
  addEventListener('hashchange', () => {
    // Another picture is asked for by its address: the page begins with it.
    if (viewOf(location.hash).sequence !== undefined) location.reload()
  })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gauge.note(duration)
  }).observe({ type: 'longtask' })

  // Ages grow and silence shows even when nothing arrives; a page that nobody sees does not care.
  setInterval(() => {
    store.tick()
    announcer.tick()
    gauge.look(performance.now())
    draw()
  }, 500)
  setInterval(() => {
    if (control.time.mode !== 'playing' || document.hidden) return
    draw(control.tick())
  }, TICK_EVERY_MS)
  setInterval(() => {
    const everyMs = page.speed > 10 ? TIMELINE_FAST_MS : TIMELINE_EVERY_MS
    if (!document.hidden && nowMs() - timelineAtMs >= everyMs) void learnTimeline()
  }, TIMELINE_FAST_MS / 2)
  draw()
  void begin()

  /** The first picture comes over HTTP; what follows it over the socket. */
  async function begin(): Promise<void> {
    const { run = '0', sequence = null, mode, speed } = linked
    if (speed !== undefined) control.setSpeed(speed)
    const opened = sequence === null ? null : control.open(run, { sequence })
    await Promise.all([runs.learn(asked.runs), opened ?? takePicture()])
    hasBegun = true
    if (uplink.isConnected) carryOn()
    const [first] = runs.all
    const linkedRun = runs.named(run)
    const isThere = sequence !== null && (first === undefined || sequence <= (linkedRun?.lastSequence ?? -1))
    if (first !== undefined && !runs.haveLive) {
      // Recordings only: nothing to connect to, and nothing to come.
      control.withoutLive()
      const { log, firstMs } = linkedRun ?? first
      if (!isThere) await control.open(log, { timeMs: firstMs })
    } else {
      if (!isThere) control.goLive()
    }
    if (sequence !== null && !isThere) refuseLink()
    draw()
    const place = placeOf(linked.zoom ?? '')
    if (place !== null && !isLinkRefused) map.place = place
    if (mode === 'playing' && isThere) control.play()
    await learnTimeline()
    draw()
  }

  async function takePicture(): Promise<void> {
    // Where there is none the socket asks for it.
    const frame = await asked.picture
    if (frame !== null) store.snapshot(frame)
  }

  /** Goes on over the socket after what is here: before the first picture it would be told all of it once more. */
  function carryOn(): void {
    store.connected()
    // A gateway that comes back may serve others.
    if (isBack) void runs.learn()
    isBack = true
  }

  /** Another street lives here now: nothing that was looked at is there any more. */
  function leaveStreet(): void {
    control.goLive()
    selection.choose({ slot: null, home: null })
  }

  /** What a link shows is not here: that is said until the viewer goes on, and shown is what is here. */
  function refuseLink(): void {
    isLinkRefused = true
    selection.withoutLink()
    announcer.say(words.detail.notHere)
    for (const goesOn of ['pointerdown', 'keydown']) {
      const goOn = () => {
        isLinkRefused = false
        redraw()
      }
      addEventListener(goesOn, goOn, { once: true })
    }
  }

  async function learnTimeline(): Promise<void> {
    timelineAtMs = nowMs()
    const timeline = await runs.timeline(control.run)
    // The bar shows what it knew where there is no news.
    if (timeline !== null) time.timeline = timeline
  }

  function shared(): SharedParts {
    return { store, choices: selection.choices, runs: runs.all, motion: gauge.motion }
  }

  function present(): Page {
    return composePage({ ...shared(), control, wallMs: nowMs() })
  }

  /** Draws what is new: the map whenever asked, words and numbers when they can be read again. Nothing on a hidden page. */
  function draw(news: Change = noNews, by: 'itself' | 'viewer' = 'itself'): void {
    if (document.hidden) return
    const startedMs = performance.now()
    page = present()
    map.trading = page.motion === 'full' ? 'flying' : 'dropped'
    control.followBook(page.slot)
    map.draw(page, news.trades)
    // Another state is said at once: words that wait would speak of a street that has long been back.
    if (page.state !== drawnState) wordsDue.hurry()
    if (wordsDue.isNow(by)) drawWords()
    gauge.note(performance.now() - startedMs)
  }

  /** Draws all of it anew, words and numbers as well. */
  function redraw(): void {
    wordsDue.hurry()
    draw()
  }

  function drawWords(): void {
    const { theme, panel } = selection.choices
    const { trouble, isWaiting, isNewest } = control
    const rests = isNewest ? words.detail.newest : null
    const waits = trouble !== null ? troubleInWords(trouble) : isWaiting ? words.detail.waiting : rests
    const waitsFor = isLinkRefused ? words.detail.notHere : waits
    header.draw(page, { theme, runs: runs.all.length, waitsFor })
    veil.draw(page)
    map.drawWords(page)
    price.draw(page)
    figures.draw(page)
    market.draw(page)
    laterPanels.draw(page, { panel, visibleHomes: () => map.visibleHomes() })
    homePanel.for(page.home)?.draw(page)
    part('time').dataset.sequence = String(page.picture.sequence)
    time.draw(page, { hasLive: control.hasLive })
    if (page.state === drawnState) return
    drawnState = page.state
    // Before the first picture there is no time.
    const moment = page.clockMs === 0 ? '' : `, ${timesIn().moment(page.clockMs)}`
    announcer.say(`${words.state[page.state]}${moment}`)
  }

  /** Who closes it by a key goes on at that home on the map: what had the focus is gone. */
  function closeHome(by: 'key' | 'pointer'): void {
    const closed = page.home
    onChoose(null)
    if (by === 'key' && closed !== null) map.focusHome(closed)
  }

  function repaint(): void {
    const palette = readPalette()
    map.setPalette(palette)
    redraw()
  }

  function troubleInWords(trouble: string): string {
    return words.refused[trouble as keyof typeof words.refused] ?? words.detail.trouble
  }

  function toEnd(): void {
    if (control.hasLive) control.goLive()
    else if (page.about !== null) void control.seek({ timeMs: page.about.lastMs })
  }
}
