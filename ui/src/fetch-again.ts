const failures = new Map<string, number>()
/** What came by another address: a second time it would be another module, with a state of its own. */
const came = new Map<string, unknown>()

/**
 * A part of the program that is fetched when it is wanted. A browser may remember for as long as the page is open that a file
 * did not come, and not ask for it again: who tries again here asks for it under another address, where the browser tells
 * which file it was.
 */
export async function fetchAgain<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load()
  } catch (cause) {
    const address = /https?:[^\s?]+/.exec(String(cause))?.[0] ?? ''
    if (came.has(address)) return came.get(address) as Part
    const before = failures.get(address) ?? 0
    failures.set(address, before + 1)
    if (address === '' || before === 0) throw cause
    const part = (await import(/* @vite-ignore */ `${address}?again=${before}`)) as Part
    came.set(address, part)
    return part
  }
}
