import { measureCallAuction } from './call-auction.ts'
import { measureIdleBooks } from './idle-books.ts'
import { measureWorkload } from './measure-workload.ts'
import type { Answer, PartName, Parts, Task } from './parts.ts'
import { measureReplay } from './replay.ts'

/** The program that `run-part.ts` starts: measures the part that it is told and sends back what it found. */
async function measure(task: Task): Promise<Parts[PartName]['tells']> {
  switch (task.part) {
    case 'workload':
      return measureWorkload(task.told.workload, task.told)
    case 'call auction':
      return measureCallAuction(task.told)
    case 'replay':
      return measureReplay(task.told)
    case 'idle books':
      return measureIdleBooks(task.told)
  }
}

process.once('message', (task: Task) => {
  const answer = (said: Answer) => process.send?.(said, () => process.disconnect())
  measure(task).then(
    (tells) => answer({ tells }),
    (error: Error) => answer({ failure: `${error.name}: ${error.message}` }),
  )
})
