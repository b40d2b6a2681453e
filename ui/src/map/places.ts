import { element, setText } from '../dom.ts'
import { count, fixed, kilowattsInAll, tariffCentsPerKilowattHour } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import type { StreetLayout } from './layout.ts'
import { loading } from './loads.ts'
import type { Point } from './point.ts'
import { streetBalance } from './street-balance.ts'
import type { View } from './view.ts'

/** The words on the map that belong to no home: the balance on top, the supplier's tariffs, what it adds or takes. */
export class Places {
  readonly #gives = element('strong')
  readonly #givers = element('span')
  readonly #takes = element('strong', { class: 'takes' })
  readonly #takers = element('span')
  readonly #tariffs = [element('span'), element('span'), element('span')] as const
  readonly #net = element('strong')
  readonly #way = element('span')
  readonly #full = element('span', { class: 'transformer-full' })
  readonly #balance = element(
    'p',
    { class: 'map-balance', 'data-testid': 'balance' },
    this.#gives,
    this.#givers,
    this.#takes,
    this.#takers,
  )
  readonly #supplier = element('p', { class: 'map-place map-supplier' }, ...this.#tariffs)
  readonly #transformer = element(
    'p',
    { class: 'map-place map-transformer', 'data-testid': 'net-power' },
    this.#net,
    this.#way,
    this.#full,
  )
  readonly roots: readonly HTMLElement[] = [this.#balance, this.#supplier, this.#transformer]

  /** Puts the words where the drawing has their things. */
  place({ supplier, transformer }: StreetLayout, { k, x, y }: View): void {
    const at = (point: Point) => `translate(${point.x * k + x}px, ${point.y * k + y}px)`
    this.#supplier.style.transform = at(supplier)
    this.#transformer.style.transform = at(transformer)
  }

  /** `ratedW` is the transformer’s, 0 where nobody says. */
  draw({ picture }: Page, ratedW: number): void {
    const { rules } = picture
    for (const root of this.roots) root.hidden = rules === null
    if (rules === null) return
    const { retailMilliEurPerMWh: retail, feedInMilliEurPerMWh: feedIn } = rules.tariff
    const rate = (milli: number) => `${tariffCentsPerKilowattHour(milli)} ${words.price.unit}`
    setText(this.#tariffs[0], words.map.supplier)
    setText(this.#tariffs[1], words.map.sells(rate(retail)))
    setText(this.#tariffs[2], words.map.buys(rate(feedIn)))

    const { givenW, takenW, givers, takers } = streetBalance(picture.homes)
    const netW = takenW - givenW
    setText(this.#gives, `▲ ${kilowattsInAll(givenW)} kW`)
    setText(this.#givers, words.map.givers(givers, count(givers)))
    setText(this.#takes, `▼ ${kilowattsInAll(takenW)} kW`)
    setText(this.#takers, words.map.takers(takers, count(takers)))

    this.#transformer.dataset.flow = netW > 0 ? 'takes' : netW < 0 ? 'gives' : 'idle'
    setText(this.#net, `${kilowattsInAll(Math.abs(netW))} kW`)
    const { fromSupplier, toSupplier, balanced } = words.map
    setText(this.#way, netW > 0 ? fromSupplier : netW < 0 ? toSupplier : balanced)
    const share = loading(netW, ratedW)
    setText(this.#full, share === null ? '' : words.map.transformerFull(fixed(share * 100, 0), fixed(ratedW / 1000, 0)))
    this.#transformer.dataset.full = share === null ? '' : share > 1 ? 'over' : share > 0.8 ? 'near' : ''
  }
}
