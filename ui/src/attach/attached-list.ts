import type { AttachedMeter } from '#protocol/attach.ts'
import { element, setText } from '../dom.ts'
import { count, kilowatts } from '../format.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { attachClient, problemWords } from './attach-client.ts'
import type { StepHost } from './attach-step.ts'

const EVERY_MS = 2_000

/** The meters that are attached already, how each goes, its home on the map, and a way to remove it. */
export function attachedList(host: StepHost): {
  readonly root: HTMLElement
  readonly refresh: () => Promise<void>
  readonly stop: () => void
} {
  const list = element('ul', { class: 'attach-meters', 'data-testid': 'attach-meters' })
  const root = element('section', { hidden: '' }, element('h4', {}, laterWords.attach.attachedHere), list)
  let timer: number | undefined
  let shown = ''
  /** whose meter is about to be removed: a list that is built again still asks */
  const leaving: Leaving = { home: null }

  const remove = async (home: string) => {
    leaving.home = null
    const answer = await attachClient.remove(home)
    if (answer.is === 'refused') host.tell(problemWords(answer.problem))
    else {
      const { cancelled } = answer.value
      host.tell('')
      host.say(
        cancelled === null ? laterWords.attach.removedMute(home) : laterWords.attach.removed(home, count(cancelled)),
      )
    }
    await refresh()
    root.parentElement?.querySelector('select')?.focus()
  }
  const refresh = async (): Promise<void> => {
    clearTimeout(timer)
    const answer = document.hidden ? null : await attachClient.status()
    if (answer?.is === 'done') {
      const { meters } = answer.value
      root.hidden = meters.length === 0
      const now = JSON.stringify(meters)
      // A list that is the same is not built again: it may hold the focus.
      if (now !== shown) rebuild(list, meters, (meter) => row(meter, { host, remove, leaving }))
      shown = now
    }
    if (root.isConnected) timer = setTimeout(refresh, EVERY_MS)
  }
  const stop = () => {
    clearTimeout(timer)
    leaving.home = null
    shown = ''
  }
  return { root, refresh, stop }
}

interface Leaving {
  home: string | null
}

/** Builds the list again; what had the focus there has it again. */
function rebuild(
  list: HTMLElement,
  meters: readonly AttachedMeter[],
  row: (meter: AttachedMeter) => HTMLElement,
): void {
  const { act, home } = document.activeElement instanceof HTMLElement ? document.activeElement.dataset : {}
  list.replaceChildren(...meters.map(row))
  if (act === undefined || home === undefined) return
  list.querySelector<HTMLElement>(`[data-act="${act}"][data-home="${CSS.escape(home)}"]`)?.focus()
}

function row(
  meter: AttachedMeter,
  by: { readonly host: StepHost; readonly remove: (home: string) => void; readonly leaving: Leaving },
): HTMLElement {
  const { home, number, state, cause, reading, address, sign } = meter
  const { page } = by.host
  const leaves = element('small', { class: 'attach-cause', hidden: '' }, laterWords.attach.leaves)
  const remove = rowButton('remove', home, laterWords.attach.remove, laterWords.attach.removeHome(home))
  // The first press asks, the second one does it: there is no way back to the orders it has.
  const ask = () => {
    leaves.hidden = false
    setText(remove, laterWords.attach.reallyRemove)
    remove.setAttribute('aria-label', `${laterWords.attach.reallyRemoveHome(home)} ${laterWords.attach.leaves}`)
  }
  if (by.leaving.home === home) ask()
  remove.addEventListener('click', () => {
    if (!leaves.hidden) return by.remove(home)
    by.leaving.home = home
    ask()
  })
  const places: HTMLElement[] = []
  if (number !== null) {
    const show = rowButton('show', home, laterWords.attach.showOnMap, laterWords.attach.showHome(home))
    show.addEventListener('click', () => page.onShow(number))
    const mine = rowButton('mine', home, laterWords.attach.mine, laterWords.attach.mineHome(home))
    const isMine = () => page.mine() === number
    mine.setAttribute('aria-pressed', String(isMine()))
    mine.addEventListener('click', () => {
      page.onMine(isMine() ? null : number)
      mine.setAttribute('aria-pressed', String(isMine()))
    })
    places.push(show, mine)
  }
  return element(
    'li',
    { 'data-testid': 'attached-meter', 'data-state': state },
    element(
      'div',
      {},
      element('strong', {}, home),
      ...(number === null ? [] : [element('span', {}, words.home(count(number + 1)))]),
      element('span', { class: 'attach-state' }, laterWords.attach.meterState[state]),
      ...(sign === 'as-is' ? [] : [element('span', {}, laterWords.attach.turnedHere[sign])]),
      element('code', {}, address),
    ),
    element(
      'span',
      { class: 'attach-power' },
      state !== 'online' || reading === null ? '' : `${kilowatts(reading.powerW)} kW`,
    ),
    element('div', { class: 'attach-acts' }, ...places, remove),
    ...(cause === null ? [] : [element('small', { class: 'attach-cause' }, problemWords(causeOf(cause)))]),
    leaves,
  )
}

const rowButton = (act: string, home: string, text: string, label: string): HTMLElement =>
  element(
    'button',
    {
      type: 'button',
      class: 'attach-button',
      'data-testid': `attach-${act}`,
      'data-act': act,
      'data-home': home,
      'aria-label': label,
    },
    text,
  )

const causeOf = ({ error, detail }: NonNullable<AttachedMeter['cause']>) => ({
  code: error,
  error,
  field: null,
  detail,
})
