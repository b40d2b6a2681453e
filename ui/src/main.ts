import { fetchPicture } from './fetch-picture.ts'
import { GatewaySocket } from './gateway-socket.ts'
import { isLive } from './known-runs.ts'
import { viewOf } from './link/page-link.ts'
import { runClient } from './time/run-client.ts'
import { locale, speak } from './words/words.ts'

// Asked for at once, so that it comes while the page is put together; a link to another moment asks for that.
const picture = viewOf(location.hash).sequence === undefined ? fetchPicture() : null
const runs = runClient.runs().catch(() => null)
// The rest of the program comes beside them, and beside its words.
const rest = import('./start-page.ts')
const spoken = speak()
// So is the line laid by which news come, where there are any.
const uplink = new GatewaySocket(document.baseURI)
void runs.then((all) => {
  if (!isLive(all)) return
  uplink.open()
  addEventListener('online', () => uplink.hurry())
})

// The first formats of a page take tens of milliseconds: made while all that is on its way, whatever they will be for.
new Intl.NumberFormat(locale).format(0)
new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(0)

void Promise.all([rest, spoken]).then(([{ startPage }]) => startPage({ picture, runs, uplink }))
