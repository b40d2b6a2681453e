import { fetchAgain } from '../fetch-again.ts'
import type { Language } from './language.ts'
import type { LaterWords } from './later/en.ts'
import { own } from './words.ts'

/** What is said over the page or beside it, in the viewer's language. It is there once `speakLater` has resolved. */
export let laterWords: LaterWords

/** Fetches those words: with what opens there, for few ever open it. */
export async function speakLater(language: Language = own): Promise<void> {
  const spoken = {
    en: () => import('./later/en.ts'),
    de: () => import('./later/de.ts'),
    fr: () => import('./later/fr.ts'),
  }
  laterWords = (await fetchAgain<{ readonly words: LaterWords }>(spoken[language])).words
}
