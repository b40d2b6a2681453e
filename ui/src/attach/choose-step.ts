import type { AttachProfile, FoundMeter } from '#protocol/attach.ts'
import { element } from '../dom.ts'
import { laterWords } from '../words/later-words.ts'
import { attachClient, problemWords } from './attach-client.ts'
import type { AttachDraft } from './attach-draft.ts'
import { type AttachStep, STEP_FORM, type StepHost } from './attach-step.ts'
import { attachedList } from './attached-list.ts'
import { formField } from './form-field.ts'

const MODBUS_PORT = '502'

/** The first step: how the meter is read, by choice or by looking who answers; and what is attached already. */
export function chooseStep(draft: AttachDraft, host: StepHost): AttachStep {
  const select = element('select', { id: 'attach-profile', 'data-testid': 'attach-profile', name: 'profile' })
  const hosts = formField({
    name: 'hosts',
    label: laterWords.attach.hosts,
    hint: laterWords.attach.hostsHint,
    attributes: { placeholder: '192.168.1.1-254', required: '' },
  })
  const number = { type: 'number', inputmode: 'numeric', required: '' }
  const port = formField({
    name: 'port',
    label: laterWords.attach.port,
    attributes: { ...number, min: '1', max: '65535', value: MODBUS_PORT },
  })
  const units = formField({
    name: 'units',
    label: laterWords.attach.units,
    attributes: { value: '1', required: '', pattern: '[0-9]{1,3}(-[0-9]{1,3})?', title: laterWords.attach.unitsHint },
  })
  const scan = element('button', { class: 'attach-button', 'data-testid': 'attach-scan' }, laterWords.attach.scan)
  const said = element('p', { class: 'attach-said', role: 'status', 'data-testid': 'attach-scan-said' })
  const found = element('ul', { class: 'attach-found', 'data-testid': 'attach-found' })
  const search = element(
    'form',
    { class: 'attach-search' },
    element('h4', {}, laterWords.attach.orScan),
    element('div', { class: 'attach-row' }, hosts.root, port.root, units.root, scan),
    said,
    found,
  )
  const attached = attachedList(host)
  let profiles: readonly AttachProfile[] = []

  let loading: Promise<void> | null = null
  const load = async () => {
    const answer = await attachClient.profiles()
    if (answer.is === 'refused') {
      loading = null // asked again when it is next needed
      return host.tell(problemWords(answer.problem))
    }
    profiles = answer.value
    select.replaceChildren(...optionsOf(profiles))
    select.value = draft.profile?.name ?? ''
  }
  const loaded = () => {
    loading ??= load()
    return loading
  }
  const choose = async ({ address, profile }: FoundMeter) => {
    await loaded()
    draft.address = address
    draft.unit = null // it stands in the address
    select.value = profiles.find(({ name }) => name === profile)?.name ?? ''
    host.proceed()
  }
  search.addEventListener('submit', async (event) => {
    event.preventDefault()
    host.tell('')
    scan.disabled = true
    said.textContent = laterWords.attach.scanning
    found.replaceChildren()
    const answer = await attachClient.scan({
      hosts: hosts.input.value.trim(),
      port: Number(port.input.value),
      units: units.input.value.trim(),
    })
    scan.disabled = false
    if (answer.is === 'refused') {
      said.textContent = ''
      return host.tell(problemWords(answer.problem))
    }
    const { devices, asked, complete } = answer.value
    said.textContent = complete
      ? laterWords.attach.scanned(String(devices.length), String(asked))
      : laterWords.attach.scanStopped(String(devices.length), String(asked))
    found.replaceChildren(...devices.map((device) => foundRow(device, () => void choose(device))))
    found.querySelector('button')?.focus()
  })

  return {
    title: laterWords.attach.step.choose,
    next: laterWords.attach.toAddress,
    root: element(
      'div',
      { class: 'attach-choose' },
      attached.root,
      element(
        'form',
        { id: STEP_FORM },
        element(
          'p',
          { class: 'attach-field' },
          element('label', { for: 'attach-profile' }, laterWords.attach.profile),
          select,
        ),
      ),
      search,
    ),
    enter: () => {
      void attached.refresh()
      void loaded()
    },
    leave: attached.stop,
    finish: async () => {
      await loaded()
      if (profiles.length === 0) return false // that has been told
      const chosen = profiles.find(({ name }) => name === select.value) ?? null
      draft.profile = chosen
      if (chosen === null) {
        host.tell(laterWords.attach.chooseFirst)
        select.focus()
      }
      return chosen !== null
    },
  }
}

function optionsOf(profiles: readonly AttachProfile[]): readonly HTMLElement[] {
  const groups = Map.groupBy(profiles, ({ speaks }) => speaks)
  return [
    element('option', { value: '' }, laterWords.attach.choose),
    ...[...groups].map(([speaks, all]) =>
      element(
        'optgroup',
        { label: laterWords.attach.speaks[speaks] },
        ...all.map(({ name, title }) => element('option', { value: name }, title)),
      ),
    ),
  ]
}

function foundRow(device: FoundMeter, choose: () => void): HTMLElement {
  const name = [device.manufacturer, device.model].filter((part) => part !== null && part !== '').join(' ')
  const use = element(
    'button',
    { type: 'button', class: 'attach-found-meter', 'data-testid': 'attach-found-meter' },
    element('strong', {}, name === '' ? laterWords.attach.nameless : name),
    element('span', {}, device.profile ?? laterWords.attach.unknownProfile),
    element('code', {}, device.address),
  )
  use.addEventListener('click', choose)
  return element('li', {}, use)
}
