import type { Words } from './en.ts'
import { type Language, languageFor, locales } from './language.ts'

// Outside a browser, in tests, the page speaks English.
const { location } = globalThis as { readonly location?: { readonly search: string } }
export const own: Language =
  location === undefined ? 'en' : languageFor({ search: location.search, languages: navigator.languages })

/** For `lang` and `Intl`. */
export const locale = locales[own]

/** Every word the page says, in the viewer's language. They are there once `speak` has resolved: nothing is drawn before. */
export let words: Words

/** Fetches the words of the viewer's language, and only those. */
export async function speak(language: Language = own): Promise<void> {
  const spoken = {
    en: () => import('./en.ts'),
    de: () => import('./de.ts'),
    fr: () => import('./fr.ts'),
  }
  words = (await spoken[language]()).words
}
