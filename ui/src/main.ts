import { fetchPicture } from './fetch-picture.ts'
import { viewOf } from './link/page-link.ts'
import { runClient } from './time/run-client.ts'
import { speak } from './words/words.ts'

// Asked for at once, so that it comes while the page is put together; a link to another moment asks for that.
const picture = viewOf(location.hash).sequence === undefined ? fetchPicture() : null
const runs = runClient.runs().catch(() => null)
// The rest of the program comes beside them, and beside its words.
const rest = import('./start-page.ts')

void speak().then(async () => (await rest).startPage({ picture, runs }))
