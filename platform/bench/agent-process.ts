import { Effect } from 'effect'
import { type PollingFigures, type PollingOptions, pollDevices } from '#meter-agent/index.ts'
import { whenTold } from './own-process.ts'

/** A program of `bench meter`: polls devices, and nothing else, so that its figures are the agent's. */
whenTold<PollingOptions, PollingFigures>((told, answer) => Effect.map(pollDevices(told), answer))
