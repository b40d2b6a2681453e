import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

const place = /(file:\/\/\S+\/dist\/[^/\s]+\.mjs):(\d+):(\d+)/g

/**
 * An error's stack with the places in our sources that it went through, where the program runs from few files. Node
 * would do so itself with --enable-source-maps, and read all maps at every start: that takes as long as the program.
 */
export const stackInSources = (stack: string): string =>
  stack.replaceAll(place, (written: string, file: string, line: string, column: string) => {
    const origin = mapOf(file)?.findOrigin(Number(line), Number(column))
    if (origin === undefined || !('fileName' in origin)) return written
    return `${new URL(origin.fileName, file).href}:${origin.lineNumber}:${origin.columnNumber}`
  })

function mapOf(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8')))
  } catch {
    return undefined
  }
}
