/** The page behind the dialog; homes by their numbers there. */
export interface AttachPage {
  /** the viewer's own home */
  readonly mine: () => number | null
  readonly onMine: (home: number | null) => void
  /** Takes the viewer to a home on the map. */
  readonly onShow: (home: number) => void
}

/** The id of the one form on show: the dialog's button for the next step sends it. */
export const STEP_FORM = 'attach-step'

/** One step of the dialog. */
export interface AttachStep {
  readonly title: string
  /** what the button that ends it says */
  readonly next: string
  /** holds a form with the id `STEP_FORM` */
  readonly root: HTMLElement
  /** It is shown from now on. */
  readonly enter: () => void
  /** It is not any more. */
  readonly leave: () => void
  /** Whether the next step may come; says why not by itself. */
  readonly finish: () => Promise<boolean>
}

/** What a step may do to the dialog that it stands in, and to the page behind it. */
export interface StepHost {
  /** Tells in the live region what went wrong; empty: nothing any more. */
  readonly tell: (problem: string) => void
  /** Tells what has come about. */
  readonly say: (done: string) => void
  /** Ends the step, as its button does. */
  readonly proceed: () => void
  readonly page: AttachPage
}
