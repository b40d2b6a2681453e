/** A place on the map, px. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A room on the screen, px. */
export interface Box {
  readonly width: number
  readonly height: number
}
