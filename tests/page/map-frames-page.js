// What the test of the map's frames and its pictures run in a browser: the map on a street made up by seed.
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import { mapSvg } from '../../ui/src/map/map-svg.ts'
import { MapView } from '../../ui/src/map/map-view.ts'
import { arcBend, arcDistance } from '../../ui/src/map/particles.ts'
import { readPalette } from '../../ui/src/theme.ts'
import { speak } from '../../ui/src/words/words.ts'
import '../../ui/src/style/page.css'
import { gridOf } from '../ui/map-grid.ts'

let seed = 7
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

const slot = 1_982_000
const startMs = slot * 15 * 60_000

/** A street of so many homes, each with a reading. */
function street({ homes, wires, grid = wires === undefined ? null : gridOf({ homes, ...wires }) }) {
  const picture = emptyPicture()
  const tell = (event, timeMs = startMs) =>
    applyPictureEvent(picture, { sequence: picture.sequence + 1, timeMs }, event)
  tell({ type: 'opened', neighbourhood: 'linden-street', rules: defaultMarketRules, grid })
  const digits = String(homes).length
  for (let home = 0; home < homes; home++) {
    tell({ type: 'joined', name: `home-${String(home + 1).padStart(digits, '0')}` })
  }
  for (let home = 0; home < homes; home++) {
    const kind = random()
    const powerW =
      kind < 0.4 ? -Math.round(300 + random() ** 2 * 6_000) : kind < 0.46 ? 5 : Math.round(120 + random() ** 3 * 4_500)
    tell({
      type: 'read',
      home,
      timeMs: startMs + Math.round(random() * 4_000),
      powerW,
      importWh: 123_456,
      exportWh: 65_432,
      quality: 0,
      ...(random() < 0.4 ? { stored: random() } : {}),
    })
  }
  tell({ type: 'phase', slot, phase: 'continuous', cause: 'clock', untilMs: null })
  return picture
}

let picture = emptyPicture()
let map
let mode = 'live'
let home = null
let mine = null
let pressed = null
const page = () => ({
  picture,
  status: null,
  link: { connected: true },
  state: 'live',
  time: { mode, speed: 1 },
  motion: 'full',
  run: 0,
  about: null,
  wallMs: startMs + 8_000,
  clockMs: startMs + 8_000,
  speed: 1,
  slotMinutes: 15,
  slot,
  following: true,
  book: null,
  home,
  mine,
  isOverdue: (number) => number % 23 === 11,
  nameOf: (number) => picture.homes[number]?.name || `home ${number + 1}`,
})

const root = document.getElementById('map')

let trades = 0
/** So many trades between any two homes. */
function tradesOf(count) {
  const homes = picture.homes.length
  return Array.from({ length: count }, () => {
    const seller = Math.floor(random() * homes)
    const near = random() < 0.7 ? Math.floor(random() * 40) - 20 : Math.floor(random() * homes)
    const buyer = (seller + near + homes) % homes
    const event = {
      type: 'traded',
      trade: {
        id: `${slot}.${++trades}`,
        slot,
        seller,
        buyer,
        makerSide: 'sell',
        priceEurPerMWh: Math.round(85 + random() * 120),
        energyWh: Math.round(50 + random() * 900),
      },
    }
    applyPictureEvent(picture, { sequence: picture.sequence + 1, timeMs: startMs + 5_000 }, event)
    return picture.tape.at(-1)
  })
}

/** Some homes' powers change. */
function change(count) {
  for (let i = 0; i < count; i++) {
    const number = Math.floor(random() * picture.homes.length)
    const one = picture.homes[number]
    one.powerW = Math.round(one.powerW * (0.7 + random() * 0.6))
    one.changedAt = ++picture.sequence
  }
}

function homesPixels() {
  const canvas = document.querySelectorAll('.map canvas')[1]
  const pixels = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
  return { canvas, pixels }
}

/** Frames of news come so often; a frame that comes so much after the one before is seen to be late. Wall ms. */
const NEWS_EVERY_MS = 50
const LONG_MS = 50

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0

globalThis.bench = {
  async open(options) {
    await speak('en')
    picture = street(options)
    root.replaceChildren()
    const began = performance.now()
    map = new MapView(root, readPalette(), {
      onChoose: (number) => {
        home = number
        map.draw(page(), [])
        map.drawWords(page())
      },
      onTrade: (id) => {
        pressed = id
      },
      onMine: (number) => {
        mine = number
        map.draw(page(), [])
        map.drawWords(page())
      },
    })
    map.draw(page(), [])
    map.drawWords(page())
    const laidOutMs = performance.now() - began
    await wait(200)
    return { laidOutMs }
  },
  /** A live street for so long: 20 frames of news a second, words four times a second, `flying` trades in the air. */
  async live({ lengthMs, flying, changes }) {
    const first = map.frames.count
    const drawMs = []
    const gapMs = []
    const wordsMs = []
    let seen = first
    let isOver = false
    const look = () => {
      if (map.frames.count > seen) {
        drawMs.push(map.frames.drawMs)
        if (seen > first) gapMs.push(map.frames.gapMs)
        seen = map.frames.count
      }
      if (!isOver) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    const until = performance.now() + lengthMs
    const perFrame = Math.round((flying / 1_300) * NEWS_EVERY_MS)
    let news = 0
    while (performance.now() < until) {
      const beganMs = performance.now()
      change(changes)
      const trades = tradesOf(perFrame)
      // As the page does: what has come is drawn with the browser's next frame.
      await nextFrame()
      map.draw(page(), trades)
      if (++news % 5 === 0) {
        const began = performance.now()
        map.drawWords(page())
        wordsMs.push(performance.now() - began)
      }
      await wait(Math.max(0, beganMs + NEWS_EVERY_MS - performance.now()))
    }
    isOver = true
    return {
      frames: map.frames.count - first,
      drawP50: quantile(drawMs, 0.5),
      drawP95: quantile(drawMs, 0.95),
      drawMax: quantile(drawMs, 1),
      gapP50: quantile(gapMs, 0.5),
      gapP95: quantile(gapMs, 0.95),
      longFrames: gapMs.filter((ms) => ms > LONG_MS).length,
      wordsP95: quantile(wordsMs, 0.95),
    }
  },
  /** By how much of what is drawn the homes differ after so many changes from homes that are all drawn anew, 0 … 1. */
  async astray(changes) {
    const { canvas, pixels } = homesPixels()
    const before = pixels()
    change(changes)
    map.drawWords(page())
    await wait(2_500)
    const changed = pixels()
    map.setPalette(readPalette())
    await wait(500)
    const anew = pixels()
    const differing = (one, other) => {
      let count = 0
      for (let i = 3; i < one.length; i += 4) if (Math.abs(one[i] - other[i]) > 64) count++
      return count / (canvas.width * canvas.height)
    }
    return { moved: differing(before, anew), astray: differing(changed, anew) }
  },
  svg: () => mapSvg(page()),
  rename: (number, name) => Object.assign(picture.homes[number], { name }),
  /** where a home is on the screen */
  placeOf: (number) => {
    return map.screenPlace(number)
  },
  trade: (count) => map.draw(page(), tradesOf(count)),
  show: (place) => {
    map.place = place
  },
  choose: (number) => {
    home = number
    map.draw(page(), [])
    map.drawWords(page())
  },
  own: (number) => {
    mine = number
    map.draw(page(), [])
    map.drawWords(page())
  },
  time: (wanted) => {
    mode = wanted
    map.draw(page(), [])
  },
  get map() {
    return map
  },
  get pressed() {
    return pressed
  },
  /** a trade whose arc stands clear of homes and other arcs, and the place of its middle */
  clearTrade() {
    const arcs = picture.tape.map(({ id, seller, buyer }) => {
      return { id, from: map.screenPlace(seller), to: map.screenPlace(buyer) }
    })
    const middles = arcs.map((arc) => {
      const bend = arcBend(arc)
      return { id: arc.id, x: (arc.from.x + arc.to.x) / 4 + bend.x / 2, y: (arc.from.y + arc.to.y) / 4 + bend.y / 2 }
    })
    const homes = picture.homes.map((one) => map.screenPlace(one.home))
    return middles.find(
      (at) =>
        homes.every((one) => Math.hypot(at.x - one.x, at.y - one.y) > 44) &&
        arcs.every((arc) => arc.id === at.id || arcDistance(arc, at) > 24),
    )
  },
  get chosen() {
    return home
  },
  get mine() {
    return mine
  },
}
