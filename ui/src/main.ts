import { fetchPicture } from './fetch-picture.ts'
import { viewOf } from './link/page-link.ts'
import { startPage } from './start-page.ts'
import { speak } from './words/words.ts'

// Asked for at once, so that it comes while the page is put together; a link to another moment asks for that.
const picture = viewOf(location.hash).sequence === undefined ? fetchPicture() : null

void speak().then(() => startPage(picture))
