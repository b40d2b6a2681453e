import { fork } from 'node:child_process'
import type { Answer, PartName, Parts, Task } from './parts.ts'

/** A part of the benchmark could not be measured, or its check failed. */
export class BenchFailure extends Error {
  override readonly name = 'BenchFailure'
}

/**
 * Measures a part in a process of its own, with the options of this one: its heap, and what its code has been compiled
 * for, are its alone.
 */
export function runPart<Part extends PartName>(
  part: Part,
  told: Parts[Part]['told'],
  signal: AbortSignal,
): Promise<Parts[Part]['tells']> {
  const child = fork(new URL('./part-process.ts', import.meta.url), { signal, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('message', (answer: Answer) => {
      if ('failure' in answer) reject(new BenchFailure(`${part}: ${answer.failure}`))
      else resolve(answer.tells as Parts[Part]['tells'])
    })
    child.once('error', reject)
    child.once('exit', (code, killedBy) =>
      reject(new BenchFailure(`${part}: its process ended (${killedBy ?? `exit ${code}`})`)),
    )
    child.send({ part, told } as Task)
  })
}
