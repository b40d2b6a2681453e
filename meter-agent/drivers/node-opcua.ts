import { createRequire } from 'node:module'
import { Effect } from 'effect'
import { containTransport } from './contain-transport.ts'

export type {
  ClientSession,
  DataValue,
  OPCUAClient,
  OPCUAClientOptions,
  UserIdentityInfo,
} from 'node-opcua-client'

export type Library = typeof import('node-opcua-client')

/** Loaded with the first line: 0.3 s and 54 MB that an agent with a Modbus meter does not pay. */
export const library = Effect.promise(() => {
  loading ??= import('node-opcua-client').then((loaded) => {
    const ignore = (): void => undefined
    loaded.setWarningLogger(ignore) // it would write to stdout; what matters reaches us through the promises
    loaded.setErrorLogger(ignore)
    // Its own package, asked for from where it stands: the client does not give it out.
    const require = createRequire(import.meta.resolve('node-opcua-client'))
    containTransport((require('node-opcua-transport') as { TCP_transport: typeof Object }).TCP_transport)
    return loaded
  })
  return loading
})
let loading: Promise<Library> | undefined
