import type { ChainTransaction } from '#protocol/chain-transaction.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import type { Run } from '#protocol/picture/run.ts'
import type { TradeReceipt } from '#protocol/trade-receipt.ts'
import { openDialog } from '../dialog.ts'
import { element } from '../dom.ts'
import { count } from '../format.ts'
import { timesIn } from '../times.ts'
import { laterWords } from '../words/later-words.ts'
import { copyable } from './copyable.ts'
import { type PartyNames, receiptSteps, type ShownStep, type StepKey } from './receipt-steps.ts'

/** What a receipt is opened with. */
export interface ReceiptOptions {
  readonly trade: string
  /** what the page calls the two homes; null where it does not know the trade */
  readonly names: PartyNames | null
  /** what kind of run the trade is of: only a street that lives shows its signed records here */
  readonly kind: Run['kind']
  /** why the trade has its price is wanted; null where no log is there to say it */
  readonly onStory: (() => void) | null
}

/** Opens a trade's way from its registers to its transaction, with what the server holds of it now. */
export function openReceipt({ trade, names, kind, onStory }: ReceiptOptions): HTMLDialogElement {
  const steps = element('ol', { class: 'receipt-steps' })
  const note = element('p', { class: 'receipt-note', role: 'status' }, laterWords.receipt.loading)
  const command = element('code', { 'data-testid': 'receipt-command' }, commandOf(trade, kind))
  const why = element('button', { type: 'button', class: 'link', 'data-testid': 'receipt-why' }, laterWords.receipt.why)
  why.hidden = onStory === null
  why.addEventListener('click', () => onStory?.())
  const raw = link(laterWords.receipt.raw, addressOf(trade))
  raw.dataset.testid = 'receipt-raw'
  const batches = link(laterWords.receipt.batches, 'api/v1/batches')
  const links = element('p', { class: 'dialog-links' }, why, raw, batches)
  const proof = element('p', { class: 'receipt-note', hidden: '' }, laterWords.receipt.proveIt, ' ', command)
  const content = element('div', { 'data-testid': 'receipt' }, steps, note, proof, links)
  for (const record of [raw, batches]) record.hidden = true
  const dialog = openDialog({ name: 'receipt', heading: laterWords.receipt.heading(trade), content: [content] })
  const shown = kind === 'live' ? receiptOf(trade) : Promise.resolve(kind)
  void shown.then((receipt) => {
    const isThere = typeof receipt === 'object'
    note.textContent = isThere ? laterWords.receipt.serverSays : laterWords.receipt[receipt]
    proof.hidden = receipt === 'simulated' || receipt === 'silent'
    for (const record of [raw, batches]) record.hidden = !isThere
    if (!isThere) return
    steps.replaceChildren(...rows(receiptSteps(receipt, names ?? undefined)))
    const { proposed, final } = receipt.batch ?? {}
    if (proposed !== undefined) void tellTransaction(final ?? proposed, { dialog, step: steps.lastElementChild })
  })
  return dialog
}

/** A street that lives is found by itself; of a recording one must say where it is. */
const commandOf = (trade: string, kind: Run['kind']): string =>
  `commonwatt verify receipt ${trade}${kind === 'live' ? '' : ' --data DIR'}`

function rows(steps: readonly ShownStep[]): readonly HTMLElement[] {
  const made = new Map<StepKey, HTMLElement>()
  for (const step of steps) made.set(step.key, row(step))
  for (const { key, restsOn } of steps) {
    if (restsOn.length === 0) continue
    // Links go to steps of this dialog: the address of the page stays as it is.
    const links = restsOn.map((on) => {
      const to = element('button', { type: 'button', class: 'link' }, steps.find((step) => step.key === on)?.name ?? on)
      to.addEventListener('click', () => made.get(on)?.focus())
      return to
    })
    made.get(key)?.append(element('p', { class: 'rests-on' }, laterWords.receipt.restsOn, ' ', ...links))
  }
  return [...made.values()]
}

function row({ key, name, state, text, facts, record }: ShownStep): HTMLElement {
  return element(
    'li',
    { 'data-testid': 'receipt-step', 'data-state': state, 'data-step': key, tabindex: '-1' },
    element('h3', {}, name, element('span', { class: 'receipt-state' }, laterWords.receipt.state[state])),
    element('p', {}, text),
    ...facts.map(copyable),
    ...(record === null ? [] : [wholeRecord(record)]),
  )
}

/** Written out when it is opened: it may be long, and few look. */
function wholeRecord(record: unknown): HTMLElement {
  const text = element('pre', { tabindex: '0', 'aria-label': laterWords.receipt.record })
  const details = element('details', {}, element('summary', {}, laterWords.receipt.record), text)
  details.addEventListener('toggle', () => {
    if (details.open) text.textContent = JSON.stringify(record, null, 2)
  })
  return details
}

const link = (name: string, href: string) => element('a', { href, target: '_blank' }, name)
const addressOf = (trade: string): string => `api/v1/receipts/${encodeURIComponent(trade)}`

/** Adds what the chain says of a transaction to its step: a chain that is silent is asked again while one looks. */
async function tellTransaction(
  { transaction }: ChainPlace,
  at: { readonly dialog: HTMLDialogElement; readonly step: Element | null },
): Promise<void> {
  const ask = () => fetch(`api/v1/transactions/${transaction}`).catch(() => null)
  let answer = await ask()
  while (answer?.ok !== true) {
    const seconds = Number(answer?.headers.get('retry-after'))
    if (!(seconds > 0)) return
    await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds))
    if (!at.dialog.open) return
    answer = await ask()
  }
  const { call, gasUsed, timeMs } = (await answer.json()) as ChainTransaction
  const said = laterWords.receipt.onChain(call, count(gasUsed), timesIn().moment(timeMs))
  at.step?.querySelector('p')?.after(element('p', { 'data-testid': 'receipt-chain' }, said))
}

/** What the server holds of a trade; 'notThere' if it holds nothing, 'silent' if it does not answer. */
async function receiptOf(trade: string): Promise<TradeReceipt | 'notThere' | 'silent'> {
  try {
    const answer = await fetch(addressOf(trade))
    if (answer.ok) return (await answer.json()) as TradeReceipt
    return answer.status === 404 ? 'notThere' : 'silent'
  } catch {
    return 'silent'
  }
}
