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
  loading ??= Promise.all([import('node-opcua-client'), import('node-opcua-transport')]).then(([loaded, transport]) => {
    const ignore = (): void => undefined
    loaded.setWarningLogger(ignore) // it would write to stdout; what matters reaches us through the promises
    loaded.setErrorLogger(ignore)
    containTransport(transport.TCP_transport) // the client does not give it out
    return loaded
  })
  return loading
})
let loading: Promise<Library> | undefined
