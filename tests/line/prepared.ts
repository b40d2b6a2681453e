import { prepare } from '../../platform/prepare.ts'

/** What tests run as processes and pages is what the sources say now. */
export const setup = (): void => prepare()
