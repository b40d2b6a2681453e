import { BadTelegram } from './bad-telegram.ts'

/** A telegram as it came, one character a byte, from its slash to the end of the line with its exclamation mark. */
export type Framed = { readonly telegram: string } | BadTelegram

/** Beyond any that is known: DSMR 5 has at most 2,048 digits of text message, Fluvius thirteen months of peaks. */
export const TELEGRAM_BYTES_MAX = 16_384

/**
 * Cuts a stream of bytes into telegrams. It may begin in the middle of one, and come in pieces of any size. No more
 * than one telegram is kept: what grows beyond 16 KiB is given up, and one that another cuts off is.
 */
export function telegramFramer(): (bytes: Uint8Array) => readonly Framed[] {
  let telegram = ''
  let lines = 0
  let line = ''
  let skipping = false // the rest of a line that was given up

  const endLine = (): readonly Framed[] => {
    const ended = line
    line = ''
    if (skipping) {
      skipping = false
      return []
    }
    if (ended.startsWith('/')) {
      const detail = 'another telegram begins before this one has ended'
      const cut = telegram === '' ? [] : [new BadTelegram({ line: lines, reason: 'frame', detail })]
      telegram = ended
      lines = 1
      return cut
    }
    if (telegram === '') return []
    telegram += ended
    lines++
    if (!ended.startsWith('!')) return []
    const whole = telegram
    telegram = ''
    lines = 0
    return [{ telegram: whole }]
  }

  const giveUp = (): readonly Framed[] => {
    const detail = `it has not ended after ${TELEGRAM_BYTES_MAX} bytes`
    const begun = telegram !== '' || line.startsWith('/')
    const given = begun ? [new BadTelegram({ line: lines + 1, reason: 'frame', detail })] : []
    telegram = ''
    line = ''
    lines = 0
    skipping = true
    return given
  }

  return (bytes) => {
    const framed: Framed[] = []
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    for (const piece of text.split(/(?<=\n)/)) {
      line = skipping ? '' : line + piece
      if (telegram.length + line.length > TELEGRAM_BYTES_MAX) framed.push(...giveUp())
      if (piece.endsWith('\n')) framed.push(...endLine())
    }
    return framed
  }
}
