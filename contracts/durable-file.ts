import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file whole or not at all, whatever happens meanwhile; durable when it resolves. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  {
    await using file = await open(`${path}.part`, 'w')
    await file.writeFile(content)
    await file.sync()
  }
  await rename(`${path}.part`, path)
  await syncFolder(folder)
}

/** Makes the names in a folder durable, too. Windows does so by itself, and cannot open a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using opened = await open(folder, 'r')
  await opened.sync()
}
