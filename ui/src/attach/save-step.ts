import { element, setText } from '../dom.ts'
import { laterWords } from '../words/later-words.ts'
import { attachClient, problemWords } from './attach-client.ts'
import { type AttachDraft, deviceOfDraft } from './attach-draft.ts'
import { type AttachStep, STEP_FORM, type StepHost } from './attach-step.ts'
import { formField } from './form-field.ts'

/** The last step: what the home is called; then it joins the street. */
export function saveStep(draft: AttachDraft, host: StepHost): AttachStep {
  const home = formField({
    name: 'home',
    label: laterWords.attach.home,
    hint: laterWords.attach.homeHint,
    attributes: {
      required: '',
      maxlength: '32',
      title: laterWords.attach.homeHint,
      pattern: '[a-z0-9]([a-z0-9\\-]{0,30}[a-z0-9])?',
    },
  })
  const summary = element('p', { class: 'attach-said' })
  const speed = element('p', { class: 'attach-warning' })

  return {
    title: laterWords.attach.step.save,
    next: laterWords.attach.save,
    root: element('form', { id: STEP_FORM }, summary, home.root, speed),
    enter: () => {
      setText(summary, `${draft.profile?.title ?? ''} · ${draft.probed?.address ?? ''}`)
      void attachClient.status().then((answer) => {
        const isFast = answer.is === 'done' && answer.value.speed !== 1
        setText(speed, isFast ? laterWords.attach.fastClock(String(answer.value.speed)) : '')
      })
    },
    leave: () => {},
    finish: async () => {
      const answer = await attachClient.attach(home.input.value.trim(), deviceOfDraft(draft))
      if (answer.is === 'done') {
        home.input.value = ''
        host.say(laterWords.attach.attached(answer.value.home))
        return true
      }
      host.tell(problemWords(answer.problem))
      home.input.focus()
      return false
    },
  }
}
