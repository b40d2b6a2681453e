import { generateKeyPair, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import { Effect } from 'effect'
import { causeWords } from '../cause-words.ts'
import { type ClientIdentity, clientIdentity, identityOf, userIdentity } from './client-identity.ts'
import type { Library, UserIdentityInfo } from './node-opcua.ts'
import { OpcuaIdentityFailure } from './opcua-error.ts'
import type { OpcuaLogin } from './opcua-line.ts'

export const APPLICATION_NAME = 'Commonwatt meter agent'
export const APPLICATION_URI = 'urn:commonwatt:meter-agent'
const KEY_BITS = 2_048

/** Who a session is opened for. */
export const userOf = (
  opcua: Library,
  login: OpcuaLogin | null,
): Effect.Effect<UserIdentityInfo, OpcuaIdentityFailure> => {
  const { UserTokenType, crypto_utils } = opcua
  if (login === null) return Effect.succeed({ type: UserTokenType.Anonymous })
  if ('user' in login) {
    return Effect.succeed({ type: UserTokenType.UserName, userName: login.user, password: login.password })
  }
  return Effect.map(
    identityStep(login.userFile, () => userIdentity(login.userFile)),
    ({ privateKey, certificate }) => ({
      type: UserTokenType.Certificate,
      certificateData: certificate,
      keyOperations: crypto_utils.keyOperationsFromPrivateKey({ hidden: privateKey }),
    }),
  )
}

/** The agent's own identity, which stands for the program and not for its user; null makes one for this run. */
export const identityFrom = (
  opcua: Library,
  file: string | null,
): Effect.Effect<ClientIdentity, OpcuaIdentityFailure> =>
  identityStep(file ?? '(in memory)', async () =>
    file === null ? identityOf(await newIdentity(opcua)) : clientIdentity(file, () => newIdentity(opcua)),
  )

const identityStep = <A>(file: string, step: () => Promise<A>): Effect.Effect<A, OpcuaIdentityFailure> =>
  Effect.tryPromise({
    try: step,
    catch: (cause) =>
      cause instanceof OpcuaIdentityFailure ? cause : new OpcuaIdentityFailure({ file, detail: causeWords(cause) }),
  })

/** A new RSA key and a self-signed certificate as OPC UA wants it, both as PEM. */
async function newIdentity(opcua: Library): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = privateKey.export({ type: 'pkcs8', format: 'der' })
  const { cert } = await opcua.crypto_utils.createSelfSignedCertificate({
    privateKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, true, ['sign']),
    subject: `CN=${APPLICATION_NAME}`,
    applicationUri: APPLICATION_URI,
    notBefore: new Date(0), // whatever a device's clock says
    notAfter: new Date('2099-12-31T23:59:59Z'),
    purpose: opcua.crypto_utils.CertificatePurpose.ForApplication,
  })
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${cert}\n`
}
