import type { OrderBooks } from '../book/order-books.ts'
import { openBooks, openStream } from './workload.ts'

export interface IdleBooksFigure {
  readonly neighbourhoods: number
  readonly booksEach: number
  /** what the process holds in memory with all of them open, itself included */
  readonly rssBytes: number
}

/** Opens the books of so many neighbourhoods, with their members' accounts filled, and looks at this process. */
export function measureIdleBooks(size: Pick<IdleBooksFigure, 'neighbourhoods' | 'booksEach'>): IdleBooksFigure {
  const opening = openStream({ books: size.booksEach, writeTo: openBooks() }).cut()
  const open: OrderBooks[] = []
  for (let neighbourhood = 0; neighbourhood < size.neighbourhoods; neighbourhood++) {
    const books = openBooks()
    for (const batch of opening) books.run(batch)
    open.push(books)
  }
  return { ...size, neighbourhoods: open.length, rssBytes: process.memoryUsage().rss }
}
