/** The languages that the page speaks, and how numbers and times are written in each. */
export const locales = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' } as const
export type Language = keyof typeof locales

const isLanguage = (name: string): name is Language => Object.hasOwn(locales, name)

/** The language to speak: the one asked for by `?lang`, else the first of the viewer's own that is spoken, else English. */
export function languageFor(viewer: { readonly search: string; readonly languages: readonly string[] }): Language {
  const asked = new URLSearchParams(viewer.search).get('lang') ?? ''
  const own = viewer.languages.map((tag) => tag.toLowerCase().split('-')[0] ?? '')
  return [asked, ...own].find(isLanguage) ?? 'en'
}
