import type { Page } from 'playwright-core'

export const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

/** How a page is looked at: light and dark, on a desktop and a phone. */
export type Look = `${keyof typeof sizes}-${'light' | 'dark'}`

/** Gives the page each look in turn, and lets it come to rest before `see` sees it. It stays in the last of them. */
export async function inEveryLook(page: Page, see: (look: Look) => Promise<void>): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.waitForTimeout(600)
      await see(`${size as keyof typeof sizes}-${colorScheme}`)
    }
  }
}
