import { Effect } from 'effect'

/** What of a file was not taken. */
export interface RefusedInFile {
  readonly file: string
  /** the place in it; empty for the whole file */
  readonly field: string
  /** what stands there */
  readonly value: string
  /** what would be right */
  readonly expected: string
}

/** Says where, what would be right, and what stands there instead. */
export const refusedInFile = ({ file, field, value, expected }: RefusedInFile): string =>
  `${field === '' ? file : `${file}: ${field}`}: expected ${expected}, not ${value}`

/** Runs what may throw this refusal; anything else it throws is a defect. */
export function orRefused<A, E>(refused: new (...args: never) => E, build: () => A): Effect.Effect<A, E> {
  return Effect.suspend(() => {
    try {
      return Effect.succeed(build())
    } catch (error) {
      return error instanceof refused ? Effect.fail(error) : Effect.die(error)
    }
  })
}
