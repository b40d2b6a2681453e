/** What a home is called where names are not told: by its number, counted from 1 as homes join; like a name of one. */
export const homePseudonym = (index: number): string => `home-${index + 1}`
