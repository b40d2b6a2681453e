/** Where a street is: degrees, north and east positive. */
export interface Place {
  readonly latitudeDeg: number
  readonly longitudeDeg: number
}

/** The place's standard time ahead of UTC in ms: the whole hours of its longitude, no summer time. */
export function localOffsetMs(place: Place): number {
  return Math.round(place.longitudeDeg / 15) * 3_600_000
}
