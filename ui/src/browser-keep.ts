import type { Keep, Kept } from './selection.ts'

const STORED_AS = 'commonwatt'

/** Keeps choices in this browser. Where storage is forbidden they last as long as the page. */
export const browserKeep: Keep = {
  read: () => {
    try {
      return keptFrom(JSON.parse(localStorage.getItem(STORED_AS) ?? '{}'))
    } catch {
      return {}
    }
  },
  write: (kept) => {
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(kept))
    } catch {
      // Nothing to be done, and nothing lost that matters.
    }
  },
}

/** What was stored may be of another version, or anything. */
function keptFrom(stored: unknown): Kept {
  const { mine, theme } = Object(stored) as Record<string, unknown>
  return {
    ...(typeof mine === 'number' && Number.isSafeInteger(mine) && mine >= 0 ? { mine } : {}),
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
  }
}
