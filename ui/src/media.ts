/** Something that the browser knows of its screen or of its viewer's wishes. */
export interface Media {
  readonly matches: boolean
  /** Calls back whenever that changes; until `signal` is aborted. */
  readonly onChange: (changed: () => void, signal?: AbortSignal) => void
}

/**
 * Asks and listens by a list each: one that is asked after the change and before it is told of it takes it for known
 * already (Chromium), and would never tell.
 */
export function media(query: string, matchMedia = globalThis.matchMedia): Media {
  const asked = matchMedia(query)
  const told = matchMedia(query)
  return {
    get matches() {
      return asked.matches
    },
    onChange(changed, signal) {
      told.addEventListener('change', changed, signal === undefined ? {} : { signal })
    },
  }
}
