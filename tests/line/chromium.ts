import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'

/** Whether the Chromium that npm brings can run here; it is built for Linux on x64. */
export const hasChromium = process.platform === 'linux' && process.arch === 'x64'

/** A headless Chromium from npm: no system package, nothing downloaded. */
export async function launchChromium(): Promise<Browser> {
  // Set before the import: the package unpacks itself there, and an older unpacked one would be used again.
  const folder = join(tmpdir(), 'commonwatt-chromium-153')
  mkdirSync(folder, { recursive: true })
  process.env.TMPDIR = folder
  const sparticuz = await import('@sparticuz/chromium')
  const { chromium } = await import('playwright-core')
  if (!spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout?.includes('libnss3.so')) {
    await sparticuz.inflate(join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/bin/al2023.tar.br'))
    sparticuz.setupLambdaEnvironment(join(folder, 'al2023/lib'))
  }
  return chromium.launch({
    executablePath: await sparticuz.default.executablePath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
  })
}
