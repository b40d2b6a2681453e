/** Bits of `quality`; 0 is good. */
export const ReadingQuality = {
  /** a counter went back: it is held at its last value until it is believed */
  counterHeld: 1,
  /** the device gave no value for a point that this reading needs */
  notAvailable: 2,
  /** the power contradicts the counters or the nameplate */
  implausible: 4,
  /** the link was lost since the reading before */
  afterGap: 8,
  /** a counter began anew and that is believed: what flowed since its last confirmed value is lost */
  counterReset: 16,
  /** a counter reached the end of its digits and went on from 0: nothing is lost */
  counterWrapped: 32,
  /** after a reset that was believed the count before it is back, and goes on: nothing is lost */
  counterReturned: 64,
  /** a counter jumped by the power of ten that its scale factor changed by: it is held */
  scaleChanged: 128,
  /** a voltage is one that no grid has */
  voltageOutOfBand: 256,
  /** the frequency is one that no grid has */
  frequencyOutOfBand: 512,
  /** over the last while the power, integrated, is not what the counters counted */
  energyMismatch: 1024,
  /** the power stands still to the last digit while the counters say otherwise */
  frozen: 2048,
  /** an inverter produces while the sun is far below the horizon */
  sunAtNight: 4096,
  /** the powers of the phases do not sum to the power */
  phasesDisagree: 8192,
  /** the wall clock moved otherwise than the time that runs on since the reading before */
  clockJumped: 16_384,
} as const

/** With one of these bits a counter may stand at another distance to what its device shows than before. */
export const COUNTS_ANEW =
  ReadingQuality.counterHeld |
  ReadingQuality.counterReset |
  ReadingQuality.counterWrapped |
  ReadingQuality.counterReturned
