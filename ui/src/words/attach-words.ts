import { fetchAgain } from '../fetch-again.ts'
import type { AttachWords } from './attach/en.ts'
import type { Language } from './language.ts'
import { own } from './words.ts'

/** What the dialog says that attaches a meter, in the viewer's language. It is there once `speakAttach` has resolved. */
export let attachWords: AttachWords

/** Fetches those words: with the dialog, for few ever open it. */
export async function speakAttach(language: Language = own): Promise<void> {
  const spoken = {
    en: () => import('./attach/en.ts'),
    de: () => import('./attach/de.ts'),
    fr: () => import('./attach/fr.ts'),
  }
  attachWords = (await fetchAgain<{ readonly words: AttachWords }>(spoken[language])).words
}
