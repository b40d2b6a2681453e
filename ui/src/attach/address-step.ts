import { element } from '../dom.ts'
import { laterWords } from '../words/later-words.ts'
import { attachClient, problemWords } from './attach-client.ts'
import { type AttachDraft, deviceOfDraft, hasLoginOf } from './attach-draft.ts'
import { type AttachStep, STEP_FORM, type StepHost } from './attach-step.ts'
import { formField } from './form-field.ts'

/** The second step: where the meter answers, tried at once. */
export function addressStep(draft: AttachDraft, host: StepHost): AttachStep {
  const address = formField({ name: 'address', label: laterWords.attach.address, attributes: { required: '' } })
  const unit = formField({
    name: 'unit',
    label: laterWords.attach.unit,
    hint: laterWords.attach.unitHint,
    attributes: { type: 'number', inputmode: 'numeric', min: '0', max: '255' },
  })
  const user = formField({ name: 'user', label: laterWords.attach.user, hint: laterWords.attach.userHint })
  const passwordFile = formField({
    name: 'password-file',
    label: laterWords.attach.passwordFile,
    hint: laterWords.attach.passwordFileHint,
  })
  const what = element('p', { class: 'attach-said' })
  let under: AbortController | null = null

  return {
    title: laterWords.attach.step.address,
    next: laterWords.attach.readIt,
    root: element(
      'form',
      { id: STEP_FORM },
      what,
      address.root,
      unit.root,
      element('div', { class: 'attach-row' }, user.root, passwordFile.root),
    ),
    enter: () => {
      const { profile } = draft
      if (profile === null) return
      what.textContent = profile.title
      address.setHint(laterWords.attach.addressHint[profile.speaks])
      address.input.placeholder = laterWords.attach.addressExample[profile.speaks]
      address.input.value = draft.address
      unit.root.hidden = profile.speaks !== 'modbus' || /[?&]unit=/.test(draft.address)
      unit.input.value = draft.unit === null ? '' : String(draft.unit)
      user.input.value = draft.user
      passwordFile.input.value = draft.passwordFile
      for (const field of [user, passwordFile]) field.root.hidden = !hasLoginOf(profile)
    },
    leave: () => under?.abort(),
    finish: async () => {
      draft.address = address.input.value
      draft.unit = unit.root.hidden || unit.input.value === '' ? null : Number(unit.input.value)
      draft.user = user.input.value.trim()
      draft.passwordFile = passwordFile.input.value.trim()
      draft.sign = 'as-is'
      draft.isRight = false
      const controller = new AbortController()
      under = controller
      const answer = await attachClient.probe(deviceOfDraft(draft), controller.signal)
      if (controller.signal.aborted) return false
      if (answer.is === 'refused') {
        host.tell(problemWords(answer.problem))
        const fields = { unit, user, passwordFile } as Readonly<Record<string, typeof unit>>
        const { input } = fields[answer.problem.field ?? ''] ?? address
        input.focus()
        return false
      }
      if (answer.value.fault !== null) {
        host.tell(laterWords.attach.fault[answer.value.fault])
        return false
      }
      draft.probed = answer.value
      return true
    },
  }
}
