import type { ValidationSubject } from './validation-subject.ts'

/** Holds the simulator to everything that is known, in some ten seconds. Loaded when it is asked for: it is much. */
export async function validate(): Promise<readonly ValidationSubject[]> {
  const { allSubjects } = await import('./all-subjects.ts')
  return Promise.all(allSubjects.map((subject) => subject()))
}
