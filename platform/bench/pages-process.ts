import { Effect } from 'effect'
import { whenTold } from './own-process.ts'
import { FollowingPage, type PageFigures } from './socket.io-client.ts'

/** Pages are to be opened, or to wait until they have come to a sequence and say what they have seen since the last time. */
export type PagesTold =
  | { readonly url: string; readonly pages: number }
  | { readonly sequence: number; readonly trades: number }

const pages: FollowingPage[] = []
const PATIENCE_MS = 10_000

/** A program of `bench gateway`: pages that follow. What they take is not counted. */
whenTold<PagesTold, PageFigures>((told, answer) =>
  Effect.promise(async () => {
    if ('url' in told) {
      for (let page = 0; page < told.pages; page++) pages.push(new FollowingPage(told.url))
      await until(() => pages.every(({ isFollowing }) => isFollowing))
    } else await until(() => pages.every(({ sequence }) => sequence >= told.sequence))
    const figures = pages.map((page) => page.figures('trades' in told ? told.trades : page.trades))
    answer(figures.reduce(together))
  }),
)

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
}

const together = (one: PageFigures, other: PageFigures): PageFigures => ({
  frames: one.frames + other.frames,
  told: one.told + other.told,
  untold: one.untold + other.untold,
  lost: one.lost + other.lost,
  latencies: one.latencies.map((times, ms) => times + (other.latencies[ms] ?? 0)),
})
