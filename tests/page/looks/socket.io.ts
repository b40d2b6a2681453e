import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Server } from 'socket.io'
import type { ClientToServer, ServerToClient, Status } from '#protocol/messages.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import type { Picture } from '#protocol/picture/picture.ts'
import { loadPage } from '../../../matching-engine/gateway/static-page.ts'

/**
 * How a scripted gateway behaves once a page has come: as a real one; hanging up on whoever calls; falling silent; never
 * telling the rest; or telling of homes that its street does not have.
 */
export type Manner = 'speaks' | 'says-nothing' | 'falls-silent' | 'owes-the-rest' | 'speaks-of-strangers'

/** A gateway that holds one picture still: for states that a real street passes through too quickly to be looked at. */
export interface ScriptedGateway {
  readonly url: string
  /** tells the pages what has become of the picture since it was told last */
  readonly tell: () => void
  /** hangs up, as a process that ends */
  readonly close: () => Promise<void>
}

/** Serves the built page with a picture, and says the status every second, as `manner` has it. */
export async function scriptedGateway(options: {
  readonly picture: Picture
  readonly status: Partial<Status>
  readonly manner?: Manner
}): Promise<ScriptedGateway> {
  const { picture, manner = 'speaks' } = options
  const page = loadPage(join(import.meta.dirname, '../../../ui/dist'))
  const answers: Readonly<Record<string, unknown>> = manner === 'says-nothing' ? {} : { '/api/v1/runs': [] }
  const whole = () => ({
    ...frameSince(picture, 0),
    ...(manner === 'speaks-of-strangers' ? { homeCount: 0 } : {}),
  })
  const http = createServer(({ url = '/' }, response) => {
    const path = url.split('?')[0] ?? '/'
    const file = page(path)
    if (file !== undefined) {
      response.writeHead(file.status, file.headers).end(file.body)
      return
    }
    if (path === '/api/v1/picture' && manner !== 'says-nothing') {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(whole())))
      return
    }
    const answer = answers[path]
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { code: 'NOT_FOUND' }))
  })
  const server = new Server<ClientToServer, ServerToClient>(http, { serveClient: false })
  const status = () => statusOfScript(picture, options.status)
  if (manner === 'says-nothing') server.use((_client, next) => next(new Error('nobody is in')))
  server.on('connection', (client) => {
    client.on('resume', (sequence) => {
      if (manner === 'owes-the-rest') return
      if (sequence > 0 && sequence <= picture.sequence) client.emit('frame', frameSince(picture, sequence))
      else client.emit('snapshot', whole())
      client.emit('status', status())
    })
    client.emit('status', status())
  })
  let told = picture.sequence
  const heartbeat = setInterval(() => {
    if (manner !== 'falls-silent') server.emit('status', status())
  }, 1_000)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    tell: () => {
      server.emit('frame', frameSince(picture, told))
      told = picture.sequence
    },
    close: async () => {
      clearInterval(heartbeat)
      // A browser opens connections ahead of what it may ask: a server that waits for their first word waits five minutes.
      const dropping = setInterval(() => http.closeAllConnections(), 50)
      await server.close()
      clearInterval(dropping)
    },
  }
}

function statusOfScript(picture: Picture, said: Partial<Status>): Status {
  const { counts, sequence, timeMs } = picture
  return {
    homes: picture.homes.length,
    slot: Math.floor(timeMs / (15 * 60_000)),
    speed: 1,
    timeMs,
    readings: counts.readings,
    statements: counts.statements,
    orders: counts.orders,
    trades: counts.trades,
    tradedWh: counts.tradedWh,
    batches: { proposed: 0, final: 0 },
    settledTrades: counts.settledTrades,
    settledWh: counts.settledWh,
    chainBlock: counts.chainBlock,
    sequence,
    log: picture.log,
    ...said,
  }
}
