import { slotAt } from '#protocol/slot.ts'
import { copyText } from '../copy-text.ts'
import { openDialog } from '../dialog.ts'
import { element, setText } from '../dom.ts'
import { averageCentsPerKilowattHour, count, kilowattHours } from '../format.ts'
import type { MapPlace } from '../map/map-place.ts'
import { mapSvg } from '../map/map-svg.ts'
import type { Page } from '../page.ts'
import { priceSvg } from '../price/price-svg.ts'
import type { Choices } from '../selection.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { type CsvRange, csvAddress, ranges } from './csv-address.ts'
import { mapPng } from './map-png.ts'
import { pictureLink } from './picture-link.ts'
import { saveFile } from './save-file.ts'
import { svgPng } from './svg-png.ts'

/** What can be taken away, and of what. */
export interface TakeAway {
  readonly page: Page
  readonly map: HTMLElement
  readonly choices: Choices
  /** where the map is looked at */
  readonly place: MapPlace
}

const drawings = { map: mapSvg, price: priceSvg } as const

/** Opens what can be taken away of this picture: a link, pictures, tables. */
export function openTakeAway({ page, map, choices, place }: TakeAway): void {
  const link = pictureLink({ page, choices, place })
  const said = element('p', { class: 'take-away-said', role: 'status' })
  const button = (name: string, label: string, act: () => Promise<void>) => {
    const made = element('button', { type: 'button', class: 'button', 'data-testid': `take-${name}` }, label)
    made.addEventListener('click', () => {
      setText(said, '')
      act().catch((cause: unknown) =>
        setText(said, words.takeAway.failed(cause instanceof Error ? cause.message : String(cause))),
      )
    })
    return made
  }
  const name = fileName(page)
  const address = element('input', {
    type: 'text',
    readonly: '',
    'aria-label': words.takeAway.link,
    'data-testid': 'take-link',
  })
  address.value = link
  address.addEventListener('focus', () => address.select())
  const copy = button('copy', words.takeAway.copy, async () => {
    history.replaceState(null, '', link)
    const isCopied = await copyText(link)
    if (!isCopied) address.focus()
    setText(said, isCopied ? words.takeAway.copied : words.takeAway.selected)
  })
  const drawn = (of: keyof typeof drawings): string => {
    const drawing = drawings[of](page)
    if (drawing === null) throw new Error(words.takeAway.nothingYet)
    return drawing
  }
  const pngs = {
    map: () => mapPng(map, captionOf(page)),
    price: async () => svgPng(drawn('price')),
  } as const
  const pictures = (['map', 'price'] as const).flatMap((of) => [
    button(`png-${of}`, words.takeAway.png[of], async () => saveFile(await pngs[of](), `${name}-${of}.png`)),
    button(`svg-${of}`, words.takeAway.svg[of], async () =>
      saveFile(new Blob([drawn(of)], { type: 'image/svg+xml' }), `${name}-${of}.svg`),
    ),
  ])
  openDialog({
    name: 'take-away',
    heading: words.takeAway.heading,
    content: [
      section(words.takeAway.link, element('div', { class: 'take-away-row' }, address, copy), words.takeAway.linkHint),
      section(words.takeAway.pictures, element('div', { class: 'take-away-row' }, ...pictures)),
      section(words.takeAway.tables, tables(page), words.takeAway.tablesHint),
      said,
    ],
  })
}

function section(heading: string, content: Node, hint = ''): HTMLElement {
  return element('section', {}, element('h3', {}, heading), content, ...(hint === '' ? [] : [element('p', {}, hint)]))
}

function tables(page: Page): HTMLElement {
  const select = element('select', { 'aria-label': words.takeAway.range, 'data-testid': 'take-range' })
  select.append(...ranges.map((range) => element('option', { value: range }, words.takeAway.ranges[range])))
  const links = (['trades', 'slots'] as const).map((table) => ({
    table,
    link: element('a', { class: 'button', download: '', 'data-testid': `take-${table}` }, words.takeAway.csv[table]),
  }))
  const { slotMinutes, about } = page
  const present = slotAt({ timeMs: page.clockMs, slotMinutes })
  const first = about === null ? 0 : slotAt({ timeMs: about.firstMs, slotMinutes })
  const aim = () => {
    for (const { table, link } of links) {
      const { run, picture, slot } = page
      const last = Math.max(present, ...picture.slots.keys())
      const range = select.value as CsvRange
      link.href = csvAddress({
        ...{ run, table, range, first, slotMinutes, slot: slot ?? present },
        present: range === 'all' ? last : present,
      })
    }
  }
  select.addEventListener('change', aim)
  aim()
  return element('div', { class: 'take-away-row' }, select, ...links.map(({ link }) => link))
}

function captionOf({ picture, clockMs }: Page) {
  const { tradedWh, tradedMicroEur, trades } = picture.counts
  const average = tradedWh === 0 ? null : `${averageCentsPerKilowattHour(tradedMicroEur / tradedWh)} ct/kWh`
  return {
    title: `${picture.neighbourhood} · ${words.homes(count(picture.homes.length))}`,
    time: timesIn().moment(clockMs),
    figures: [
      words.market.shownTrades(count(trades), `${kilowattHours(tradedWh)} kWh`),
      ...(average === null ? [] : [average]),
    ],
  }
}

/** A name that any file system takes, whatever the neighbourhood is called. */
function fileName({ picture, clockMs }: Page): string {
  const street = picture.neighbourhood.replaceAll(/[^\w-]+/g, '-').slice(0, 60) || 'commonwatt'
  return `${street}-${new Date(clockMs).toISOString().slice(0, 16).replace(':', '')}`
}
