import { connect, createServer, type Socket } from 'node:net'

/** A line to a server that can be cut and mended: what lies between a page and its street. */
export interface CutLine {
  readonly url: string
  /** every connection ends at once, and new ones are refused */
  readonly cut: () => void
  /** … and lead from now on to another server, if one is named */
  readonly mend: (url?: string) => void
  readonly close: () => Promise<void>
}

export async function cutLine(url: string): Promise<CutLine> {
  let { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    isCut = true
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut,
    mend: (other = `http://${hostname}:${port}`) => {
      ;({ hostname, port } = new URL(other))
      isCut = false
    },
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
