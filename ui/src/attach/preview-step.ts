import type { ProbeAnswer } from '#protocol/attach.ts'
import type { MeterSign } from '#protocol/meter-sign.ts'
import { element, setText } from '../dom.ts'
import { kilowattHours } from '../format.ts'
import { laterWords } from '../words/later-words.ts'
import { attachClient, problemWords } from './attach-client.ts'
import { type AttachDraft, deviceOfDraft } from './attach-draft.ts'
import { type AttachStep, STEP_FORM, type StepHost } from './attach-step.ts'
import { type Flow, flowOf, flowWords } from './flow.ts'

const EVERY_MS = 1_000

/**
 * The third step: what the meter says now, once a second, and whether its sign is right. Where it is not, the meter is read
 * the other way round from then on, and what it says so is asked about again.
 */
export function previewStep(draft: AttachDraft, host: StepHost): AttachStep {
  const name = element('p', { class: 'attach-device', 'data-testid': 'attach-device' })
  const flow = element('p', { class: 'attach-flow', 'data-testid': 'attach-flow' })
  const imported = element('dd', { 'data-testid': 'attach-import' })
  const exported = element('dd', { 'data-testid': 'attach-export' })
  const volts = element('dd')
  const signs = (['as-is', 'turned', 'power-turned'] as const).map((sign) => signChoice(sign))
  const question = element('legend')
  const spoken = element('p', { class: 'attach-spoken', role: 'status' })
  let timer: number | undefined
  let reading: AbortController | null = null
  let isLost = false
  /** whether what is on show was read with the sign that is chosen */
  let isFresh = false
  let saidFlow: Flow['direction'] | null = null

  const show = (probed: ProbeAnswer) => {
    const { grid } = probed.measurements
    const now = flowOf(grid?.powerW.value ?? null)
    setText(flow, flowWords(now))
    flow.dataset.direction = now.direction
    flow.dataset.stale = 'no'
    setText(imported, energy(grid?.importWh.value ?? null))
    setText(exported, energy(grid?.exportWh.value ?? null))
    setText(
      volts,
      (grid?.voltageV ?? []).map(({ value }) => (value === null ? '–' : `${Math.round(value)} V`)).join(' · '),
    )
    // Not every second: only when something else is true now.
    if (now.direction !== saidFlow) setText(spoken, flowWords(now))
    saidFlow = now.direction
  }
  /** Asks whether it is right: the answer is one of the signs, the others are another way to read it. */
  const ask = () => {
    setText(question, draft.sign === 'as-is' ? laterWords.attach.signRight : laterWords.attach.signAgain)
    for (const { input, label, sign } of signs) {
      const isNow = sign === draft.sign
      setText(label, isNow ? laterWords.attach.signYes : laterWords.attach.sign[sign])
      input.checked = isNow && draft.isRight
    }
  }
  const poll = async (): Promise<void> => {
    clearTimeout(timer)
    if (document.hidden) {
      // Nobody looks: the meter is left alone.
      timer = setTimeout(poll, EVERY_MS)
      return
    }
    reading?.abort()
    const controller = new AbortController()
    reading = controller
    const answer = await attachClient.probe(deviceOfDraft(draft), controller.signal)
    if (controller.signal.aborted) return
    if (answer.is === 'done') {
      draft.probed = answer.value
      if (!isFresh) saidFlow = null // it is spoken again, as it is asked again
      show(answer.value)
      if (!isFresh) ask()
      isFresh = true
      if (isLost) host.tell('') // and nothing that somebody else has told
      isLost = false
    } else if (answer.problem.code !== 'TOO_MANY_REQUESTS') {
      flow.dataset.stale = 'yes'
      isLost = true
      host.tell(problemWords(answer.problem))
    }
    timer = setTimeout(poll, EVERY_MS)
  }
  for (const { input, sign } of signs) {
    input.addEventListener('change', () => {
      host.tell('')
      if (sign !== draft.sign) {
        draft.sign = sign
        draft.isRight = false
        isFresh = false
        flow.dataset.stale = 'yes'
        void poll()
      } else if (isFresh) draft.isRight = true
      else input.checked = false
    })
  }

  return {
    title: laterWords.attach.step.preview,
    next: laterWords.attach.itIsRight,
    root: element(
      'form',
      { id: STEP_FORM },
      name,
      flow,
      spoken,
      element(
        'dl',
        { class: 'attach-counters' },
        element('div', {}, element('dt', {}, laterWords.attach.importedInAll), imported),
        element('div', {}, element('dt', {}, laterWords.attach.exportedInAll), exported),
        element('div', {}, element('dt', {}, laterWords.attach.voltage), volts),
      ),
      element('fieldset', { class: 'attach-signs' }, question, ...signs.map(({ root }) => root)),
    ),
    enter: () => {
      const { probed, profile } = draft
      if (probed === null || profile === null) return
      const { manufacturer, model, serial } = probed.device
      const device = [manufacturer, model, serial].filter((part) => part !== null && part !== '').join(' · ')
      setText(name, device === '' ? laterWords.attach.nameless : device)
      saidFlow = null
      isLost = false
      isFresh = true
      show(probed)
      ask()
      timer = setTimeout(poll, EVERY_MS)
    },
    leave: () => {
      clearTimeout(timer)
      reading?.abort()
    },
    finish: async () => {
      if (draft.isRight) return true
      host.tell(isFresh ? laterWords.attach.signFirst : laterWords.attach.signWait)
      signs.find(({ sign }) => sign === draft.sign)?.input.focus()
      return false
    },
  }
}

function signChoice(sign: MeterSign) {
  const id = `attach-sign-${sign}`
  const input = element('input', { type: 'radio', name: 'sign', value: sign, id, 'data-testid': id })
  const label = element('span')
  return { sign, input, label, root: element('label', { for: id, class: 'attach-sign' }, input, label) }
}

const energy = (wh: number | null): string => (wh === null ? '–' : `${kilowattHours(wh)} kWh`)
