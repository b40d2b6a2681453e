import { speakLater } from '../../ui/src/words/later-words.ts'
import { speak } from '../../ui/src/words/words.ts'

// As `main.ts` does for a viewer: nothing of the page is tested before it has its words.
await speak('en')
await speakLater('en')
