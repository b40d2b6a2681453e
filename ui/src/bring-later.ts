import { fetchAgain } from './fetch-again.ts'
import { Notice } from './notice.ts'
import { speakLater } from './words/later-words.ts'

/** What opens over the page or beside it: one file, and one of its words, since who opens one opens another. */
export type Later = typeof import('./later.ts')

const notice = new Notice()

/**
 * Does something with what opens over the page; that is fetched when it is wanted first. What could not be fetched, or not
 * be done, is said in words, with a button that tries it again; so does whatever asks for it next.
 */
export async function bringLater(act: (later: Later) => unknown): Promise<void> {
  try {
    const [later] = await Promise.all([fetchAgain(() => import('./later.ts')), speakLater()])
    await act(later)
    notice.hide()
  } catch (cause) {
    reportError(cause)
    notice.show(() => void bringLater(act))
  }
}
