import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'

/** Whether the Chromium that npm brings can run here; it is built for Linux on x64. */
export const hasChromium = process.platform === 'linux' && process.arch === 'x64'

/** A headless Chromium from npm: no system package, nothing downloaded. */
export async function launchChromium(): Promise<Browser> {
  const folder = join(tmpdir(), 'commonwatt-chromium-153.0.0')
  const sparticuz = await import('@sparticuz/chromium')
  const { chromium } = await import('playwright-core')
  const hasLibraries = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout?.includes('libnss3.so')
  const before = process.env.TMPDIR
  try {
    if (!existsSync(folder)) {
      // Two tests may begin at once: what one still writes the other must not run.
      const own = mkdtempSync(`${folder}-`)
      // The package unpacks itself where the system keeps what is temporary.
      process.env.TMPDIR = own
      await sparticuz.default.executablePath()
      await sparticuz.inflate(join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/bin/al2023.tar.br'))
      takePlace(own, folder)
    }
    process.env.TMPDIR = folder
    if (!hasLibraries) sparticuz.setupLambdaEnvironment(join(folder, 'al2023/lib'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
  })
}

/** Whoever is first has the place; the others' is the same. */
function takePlace(own: string, folder: string): void {
  try {
    renameSync(own, folder)
  } catch (cause) {
    if (!existsSync(folder)) throw cause
    rmSync(own, { recursive: true })
  }
}
