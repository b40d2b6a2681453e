import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const options: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
}

/**
 * What axe finds against WCAG 2.2 A and AA, a line a fault: rule, place and what is wrong there; of the whole page, or
 * of what `region` selects in it.
 */
export async function accessibilityFaults(page: Page, region?: string): Promise<readonly string[]> {
  const of = region === undefined ? 'document' : JSON.stringify(region)
  await page.evaluate(source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${of}, ${JSON.stringify(options)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.replaceAll(/\s+/g, ' ')}`),
  )
}
