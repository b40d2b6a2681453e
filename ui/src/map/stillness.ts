import { media } from '../media.ts'

/** Whether the viewer prefers that nothing moves by itself. */
export const stillness = media('(prefers-reduced-motion: reduce)')
