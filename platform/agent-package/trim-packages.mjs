// After an installation: removes from node_modules what Node never loads, which is more than half of it: types and
// TypeScript sources (Node runs none in node_modules), and source maps. Plain JavaScript without dependencies.
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEVER_LOADED = /\.(?:[cm]?ts|map)$/

function trim(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) trim(path)
    else if (entry.isFile() && NEVER_LOADED.test(entry.name)) rmSync(path)
  }
}

trim(join(dirname(fileURLToPath(import.meta.url)), '../../node_modules'))
