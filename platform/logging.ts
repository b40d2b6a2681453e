import { Layer, Logger, References } from 'effect'
import type { Settings } from './settings/settings.ts'

const levels = { debug: 'Debug', info: 'Info', warning: 'Warn', error: 'Error' } as const

/** The log as it was asked for: lines of text, or one JSON object a line; on stderr, because stdout is the data's. */
export function logging({ logFormat = 'text', logLevel = 'info' }: Settings): Layer.Layer<never> {
  return Layer.mergeAll(
    logFormat === 'json' ? Logger.layer([Logger.withConsoleError(Logger.formatJson)]) : Layer.empty,
    Layer.succeed(References.MinimumLogLevel, levels[logLevel]),
  )
}
