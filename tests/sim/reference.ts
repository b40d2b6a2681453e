import { existsSync } from 'node:fs'
import { join } from 'node:path'

const checkout = join(import.meta.dirname, '../..')

/** A path beside the checkout, and whether it is there; says so aloud if it is not. */
export function besideCheckout(path: string): { readonly path: string; readonly there: boolean } {
  const full = join(checkout, '..', path)
  const there = existsSync(full)
  if (!there) console.warn(`skipped: ../${path} is not beside the checkout`)
  return { path: full, there }
}
