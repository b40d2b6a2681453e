import type { Audit } from './audit.ts'
import type { Failure } from './proof-failed.ts'
import type { Receipt, ReceiptStep } from './receipt.ts'
import { stepTitle } from './verify-receipt.ts'

const marks: Readonly<Record<ReceiptStep['state'], string>> = { proven: '✓', estimated: '~', open: '…' }

/** A receipt for people: a line a step. */
export function receiptText({ trade, seller, buyer, steps, failure, final, open, neighbourhood }: Receipt): string {
  const { id, energyWh, priceEurPerMWh, slot } = trade
  const head = `Trade ${id} in ${neighbourhood}: ${seller} → ${buyer}, ${energyWh} Wh of slot ${slot} at ${priceEurPerMWh} EUR/MWh`
  const unproven = open.length === 0 ? '' : `, but for what is not here: ${open.join(', ')}`
  const end = final
    ? `Proven from register to transaction${unproven}; settled for ever.`
    : `Holds so far; still open: ${open.join(', ')}.`
  return [
    head,
    ...steps.map((step) => `${marks[step.state]} ${stepTitle(step)}: ${step.detail}\n    ${step.place}`),
    ...(failure === null ? [end] : failureLines(failure)),
  ].join('\n')
}

/** An audit for people: what was done again, and what each account has. */
export function auditText({ neighbourhood, log, batches, archives, chain, failure }: Audit): string {
  const { statements } = log
  const lines = [
    `Audit of ${neighbourhood}`,
    `  log      ${log.events} events, ${log.signatures} signatures; ${log.orders} orders and ${log.trades} trades matched again`,
    `  meters   ${log.registers.decoded} of ${log.readings} readings decoded again from their registers; ${statements.recomputed} statements made again, ${statements.estimated} estimated, ` +
      `${statements.unfounded} on readings that were never published`,
    `  batches  ${batches} made again from the log, each as logged and as archived`,
  ]
  if (archives !== null) {
    const { account, lines: all, opened, sealed } = archives
    lines.push(
      `  archive  ${opened} of ${all} lines opened by ${account}, each as the log makes it`,
      ...sealed.map(
        ({ batch, lines: numbers }) => `           batch ${batch}: not for it are lines ${rangesOf(numbers)}`,
      ),
    )
  }
  if (chain !== null) {
    const { credits, devices } = chain
    lines.push(
      `  chain    ${chain.batches.final} of ${chain.batches.proposed} batches final at block ${chain.block} of ${chain.source}`,
      `  devices  ${devices.registered} registered, ${devices.inService} in service; every settled statement is by one of them`,
      `  credits  ${credits.mintedWh} Wh minted, ${credits.retiredWh} retired, ${credits.unclaimedWh} not claimed yet`,
      `  ${'account'.padEnd(20)} ${'balance µEUR'.padStart(18)} ${'position Wh'.padStart(12)} ${'credits Wh'.padStart(11)}`,
      ...chain.accounts.map(
        ({ name, balanceMicroEur, positionWh, creditsWh }) =>
          `  ${name.padEnd(20)} ${String(balanceMicroEur).padStart(18)} ${String(positionWh).padStart(12)} ${String(creditsWh).padStart(11)}`,
      ),
    )
  }
  lines.push(
    ...(failure === null ? ['Every balance, position and credit is what its records make it.'] : failureLines(failure)),
  )
  return lines.join('\n')
}

/** Ascending numbers, those in a row as their ends: `0-3, 7`. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

const failureLines = ({ step, place, expected, got }: Failure): readonly string[] => [
  `✗ ${step}: ${place}`,
  `    expected ${expected}`,
  `    found    ${got}`,
]
