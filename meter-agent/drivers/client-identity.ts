import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { causeWords } from '../cause-words.ts'
import { OpcuaIdentityFailure } from './opcua-error.ts'

/** What a client shows an OPC UA server: its private key, and its certificate's DER. */
export interface ClientIdentity {
  readonly privateKey: KeyObject
  readonly certificate: Buffer
}

const OWNER_ONLY = 0o600
const GROUP_AND_OTHERS = 0o077
const PEM_BYTES_MAX = 65_536

/**
 * The identity in a PEM file of mode 0600 that holds a private key and a certificate; made first if there is no such
 * file. A server may have to be told to trust the certificate, so it stays. Throws OpcuaIdentityFailure.
 */
export function clientIdentity(file: string, make: () => Promise<string>): Promise<ClientIdentity> {
  return orFailure(file, async () => {
    if (!(await exists(file))) await once(file, async () => write(file, await make()))
    return read(file)
  })
}

/** The identity in such a file, which has to be there: a user's, whom the server knows. Throws OpcuaIdentityFailure. */
export function userIdentity(file: string): Promise<ClientIdentity> {
  return orFailure(file, () => read(file))
}

async function orFailure<A>(file: string, step: () => Promise<A>): Promise<A> {
  try {
    return await step()
  } catch (cause) {
    throw new OpcuaIdentityFailure({ file, detail: causeWords(cause) })
  }
}

async function read(file: string): Promise<ClientIdentity> {
  const { mode, size } = await stat(file)
  if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
    throw new Error(`mode ${(mode & 0o777).toString(8)} lets others read it; it must be 600`)
  }
  if (size > PEM_BYTES_MAX) throw new Error(`${size} bytes are no private key and certificate`)
  return identityOf(await readFile(file, 'utf8'))
}

/** The identity in the text of such a file. Throws on anything else. */
export function identityOf(pem: string): ClientIdentity {
  const privateKey = createPrivateKey(pem)
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')))
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('its certificate belongs to another key')
  return { privateKey, certificate: certificate.raw }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
  )

/** What is being made now: agents of one process that share a file wait for the first of them. */
const making = new Map<string, Promise<void>>()

function once(file: string, make: () => Promise<void>): Promise<void> {
  const running = making.get(file) ?? make().finally(() => making.delete(file))
  making.set(file, running)
  return running
}

/** Writes a file that is not there yet, whole or not at all; another process may have been first, and stays so. */
async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  try {
    await using handle = await open(draft, 'w', OWNER_ONLY)
    await handle.writeFile(text)
    await handle.sync()
    await link(draft, file).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
    })
  } finally {
    await rm(draft, { force: true })
  }
}
