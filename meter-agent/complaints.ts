import { Effect } from 'effect'

/**
 * Says each kind of trouble once: when it begins and when it is over. What repeats every few seconds for a night
 * would hide everything else in the log.
 */
export interface Complaints {
  readonly about: (kind: string, message: string) => Effect.Effect<void>
  /** The trouble of these kinds (by their beginning) is over. */
  readonly over: (prefix: string) => Effect.Effect<void>
}

/** Complaints of one home. */
export function complaints(home: string): Complaints {
  const standing = new Set<string>()
  return {
    about: (kind, message) =>
      Effect.suspend(() => {
        if (standing.has(kind)) return Effect.void
        standing.add(kind)
        return Effect.logWarning(`${home}: ${message}`)
      }),
    over: (prefix) =>
      Effect.suspend(() => {
        const ended = [...standing].filter((kind) => kind.startsWith(prefix))
        for (const kind of ended) standing.delete(kind)
        return ended.length === 0 ? Effect.void : Effect.logInfo(`${home}: over: ${ended.join(', ')}`)
      }),
  }
}
