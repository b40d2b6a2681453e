import { element, setText } from '../dom.ts'
import { balanceOf } from '../figures/figures.ts'
import { kilowatts, tariffCentsPerKilowattHour } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words.ts'
import type { Point } from './feeder.ts'
import { homeState } from './home-state.ts'
import type { StreetLayout } from './layout.ts'

/** The words on the map that belong to no home: the balance on top, the supplier's tariffs, what it adds or takes. */
export class Places {
  readonly #gives = element('strong')
  readonly #givers = element('span')
  readonly #takes = element('strong', { class: 'takes' })
  readonly #takers = element('span')
  readonly #tariffs = [element('span'), element('span'), element('span')] as const
  readonly #net = element('strong')
  readonly #way = element('span')
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
  )
  readonly roots: readonly HTMLElement[] = [this.#balance, this.#supplier, this.#transformer]

  /** Puts the words where the drawing has their things. */
  place({ supplier, transformer }: StreetLayout): void {
    const at = ({ x, y }: Point) => `translate(${x}px, ${y}px)`
    this.#supplier.style.transform = at(supplier)
    this.#transformer.style.transform = at(transformer)
  }

  draw({ street }: Page): void {
    const { rules } = street
    for (const root of this.roots) root.hidden = rules === null
    if (rules === null) return
    const { retailMilliEurPerMWh: retail, feedInMilliEurPerMWh: feedIn } = rules.tariff
    const rate = (milli: number) => `${tariffCentsPerKilowattHour(milli)} ${words.price.unit}`
    setText(this.#tariffs[0], words.map.supplier)
    setText(this.#tariffs[1], words.map.sells(rate(retail)))
    setText(this.#tariffs[2], words.map.buys(rate(feedIn)))

    const states = [...street.homes.values()].map(homeState)
    const { givenW, takenW, netW } = balanceOf(street)
    setText(this.#gives, `▲ ${kilowatts(givenW)} kW`)
    setText(this.#givers, words.map.givers(states.filter((state) => state === 'gives').length))
    setText(this.#takes, `▼ ${kilowatts(takenW)} kW`)
    setText(this.#takers, words.map.takers(states.filter((state) => state === 'takes').length))

    this.#transformer.dataset.flow = netW > 0 ? 'takes' : netW < 0 ? 'gives' : 'idle'
    setText(this.#net, `${kilowatts(Math.abs(netW))} kW`)
    const { fromSupplier, toSupplier, balanced } = words.map
    setText(this.#way, netW > 0 ? fromSupplier : netW < 0 ? toSupplier : balanced)
  }
}
