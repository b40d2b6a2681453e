/** The figures by group, in the order they are read; the first of a group that says most is shown large. */
export const figureGroups = {
  street: ['selfSufficiency', 'selfConsumption', 'peak', 'unmatched', 'losses'],
  money: ['saving', 'price', 'traded', 'fairness', 'lag'],
  network: ['active', 'usage', 'revenue', 'velocity', 'credits'],
} as const
export type FigureGroup = keyof typeof figureGroups
export type FigureName = (typeof figureGroups)[FigureGroup][number]

/** One figure of a picture, and how it came to be what it is. Null: the picture does not tell. */
export interface Figure {
  readonly value: number | null
  /** the value less the one an hour or a day ago (`Figures.over`) */
  readonly change: number | null
  /** its way, oldest first: a point a slot or a batch; empty where nothing is kept */
  readonly history: readonly (number | null)[]
}

/** A figure that no picture of this kind can tell. */
export const unknownFigure: Figure = { value: null, change: null, history: [] }
