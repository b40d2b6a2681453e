import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SeededInput } from './seeded-input.ts'

/** What an input makes of a node's answer. */
export type ChangedAnswer = (answer: unknown) => string

/**
 * A node that answers as another one does, except that each lane may change one of its answers: the `number`-th from
 * now on, if there are so many. What the other one has answered once, it is not asked again.
 */
export async function openChangedNode(rpcUrl: string): Promise<{
  /** the URL of a lane */
  readonly urlOf: (lane: number) => string
  readonly change: (lane: number, given: { readonly number: number; readonly to: ChangedAnswer }) => void
  readonly close: () => Promise<void>
}> {
  const known = new Map<string, Promise<Record<string, unknown>>>()
  const asked = async (question: string) => {
    const headers = { 'content-type': 'application/json' }
    return (await (await fetch(rpcUrl, { method: 'POST', headers, body: question })).json()) as Record<string, unknown>
  }
  const lanes = new Map<string, { number: number; readonly to: ChangedAnswer }>()
  const server: Server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += String(part)
    const { id, ...question } = JSON.parse(text) as { readonly id: unknown }
    const key = JSON.stringify(question)
    const honest = known.get(key) ?? asked(text)
    known.set(key, honest)
    const answer = { ...(await honest), id }
    const lane = lanes.get(request.url ?? '')
    const isChanged = lane !== undefined && lane.number-- === 0
    const body = isChanged ? lane.to(answer) : JSON.stringify(answer)
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (lane) => `http://127.0.0.1:${port}/${lane}`,
    change: (lane, given) => void lanes.set(`/${lane}`, { ...given }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An answer of which some part is another, or that is none. */
export const changedAnswer =
  (input: SeededInput): ChangedAnswer =>
  (answer) => {
    const { result } = answer as { readonly result?: unknown }
    if (input.chance(0.3)) return input.json(answer)
    // Words of the length that they should have, with another content.
    const other = (value: unknown): unknown => {
      if (typeof value === 'string') return value.replace(/[0-9a-f]{2,64}$/, (hex) => hexLike(input, hex))
      if (Array.isArray(value))
        return value.length === 0 ? value : value.with(input.below(value.length), other(value[0]))
      if (typeof value !== 'object' || value === null) return input.hostile(value)
      const [key, item] = input.pick(Object.entries(value))
      return { ...value, [key]: other(item) }
    }
    return JSON.stringify({ ...(answer as object), result: input.chance(0.5) ? other(result) : input.mutated(result) })
  }

const hexLike = (input: SeededInput, hex: string): string =>
  Array.from(hex, (digit) => (input.chance(0.3) ? input.below(16).toString(16) : digit)).join('')
