/** How time goes on the page: as it happens, standing, or from a recording at some speed. */
export interface PageTime {
  readonly mode: 'live' | 'paused' | 'playing'
  /** of the recording's time in a second of the wall's, over one second; 1 is as it was */
  readonly speed: number
}

/** What moves only to please is left out where a browser cannot keep up. */
export type Motion = 'full' | 'less'
