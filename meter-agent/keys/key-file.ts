import { link, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const OWNER_ONLY = 0o600
const GROUP_AND_OTHERS = 0o077
/** Four times what the longest key takes. */
const KEY_BYTES_MAX = 1_024

/** The path of a `file:` URI. Throws Error in words on any other. */
export function keyPath(uri: string): string {
  if (!URL.canParse(uri)) throw new Error('is no URI; a key is named file:///path')
  const url = new URL(uri)
  if (url.protocol !== 'file:') throw new Error(`scheme ${url.protocol} is not supported yet; use file:///path`)
  return fileURLToPath(url)
}

/** Whether anything is there, readable or not. */
export const keyFileExists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
  )

/** The text of a key's file. Throws Error in words on what is no file, may be read by others, or is too long for a key. */
export async function readKeyFile(path: string): Promise<string> {
  const found = await stat(path)
  if (!found.isFile()) throw new Error(`is ${found.isDirectory() ? 'a folder' : 'no file'}`)
  if (process.platform !== 'win32' && (found.mode & GROUP_AND_OTHERS) !== 0) {
    throw new Error(`mode ${(found.mode & 0o777).toString(8)} lets others read it; it must be 600`)
  }
  await using file = await open(path, 'r')
  // What is named may never end, whatever its size says.
  const { buffer, bytesRead } = await file.read(Buffer.alloc(KEY_BYTES_MAX + 1), 0, KEY_BYTES_MAX + 1, 0)
  if (bytesRead > KEY_BYTES_MAX) throw new Error(`is longer than a key: more than ${KEY_BYTES_MAX} bytes`)
  return buffer.toString('utf8', 0, bytesRead)
}

/** Where a key's file is until it is whole; a crash may leave it, with the key in it. */
export const partPath = (path: string): string => `${path}.part`

/** Writes a new file of mode 0600 that is there whole or not at all. Never over another one. */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const part = partPath(path)
  await rm(part, { force: true })
  {
    await using file = await open(part, 'wx', OWNER_ONLY)
    await file.writeFile(text)
    await file.sync()
  }
  try {
    await link(part, path).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EEXIST' ? new Error('EEXIST: there is one already, and it is never written over') : cause
    }) // unlike a rename, never over another key
  } finally {
    await rm(part)
  }
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable, too. Windows does so by itself, and cannot open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using opened = await open(folder, 'r')
  await opened.sync()
}
