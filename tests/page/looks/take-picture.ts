import { join } from 'node:path'
import { launchChromium } from '../../line/chromium.ts'
import { startStreet } from '../../line/street-process.ts'

/** What the README shows: a street in the middle of its day, of which some has been settled. */
const HOMES = 24
const SETTLED_BATCHES = 4
/** How long the page is watched before the picture: by then trades are in the air and the averages have a line. */
const WATCHED_MS = 12_000

/** Takes the README's picture of the page from a street that runs. */
async function takePicture(file: string): Promise<void> {
  const street = await startStreet(['--homes', String(HOMES), '--speed', '300', '--names', 'names'])
  try {
    await street.until(({ batches, trades }) => batches.final >= SETTLED_BATCHES && trades > 100, 300_000)
    const browser = await launchChromium()
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
      await page.goto(street.url)
      await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
      await page.waitForTimeout(WATCHED_MS)
      await page.screenshot({ path: file })
    } finally {
      await browser.close()
    }
  } finally {
    await street.stop()
  }
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '../../../docs/page.png')
  await takePicture(file)
  console.info(`${file} is the picture of a street that ran just now`)
}
