import { control } from './meter-control.ts'
import { dump } from './meter-dump.ts'
import { enroll, keygen } from './meter-keys.ts'
import { log, verify } from './meter-log.ts'
import { profile } from './meter-profile.ts'
import { read } from './meter-read.ts'
import { run } from './meter-run.ts'
import { scan } from './meter-scan.ts'

/** What is done with a home's hardware in the home, and all that the agent brings when it is installed alone. */
export const commandsAtHome = [scan, read, keygen, enroll, run, control, log, verify, dump, profile] as const
