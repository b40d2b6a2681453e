/** Colours of the present theme, resolved for the canvas. Named as the tokens in `style/tokens.css`. */
export interface Palette {
  readonly ground: string
  readonly road: string
  readonly plot: string
  readonly cable: string
  readonly ink: string
  readonly faint: string
  readonly surface: string
  readonly take: string
  readonly give: string
  readonly takeText: string
  readonly giveText: string
  readonly share: string
  readonly stale: string
  readonly warn: string
  readonly priceLow: string
  readonly priceHigh: string
}
