/**
 * Puts a text where it can be pasted from. False where the browser does not let a page do that: not there at all on one
 * that came over plain HTTP from another machine.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
