import { readFile, stat } from 'node:fs/promises'
import { Effect } from 'effect'
import { BadProfile } from './bad-profile.ts'

/** No profile is longer; and what is no file, such as a pipe, may never end. */
const FILE_BYTES_MAX = 1024 * 1024

/** Some editors put one before a text. It cannot be seen, and JSON has none. */
const BYTE_ORDER_MARK = '\ufeff'

/** Whether what names a profile is the path of a file (it has a dot or a slash) and no built-in name. */
export const isPath = (nameOrFile: string): boolean => /[./\\]/.test(nameOrFile)

/** The JSON in a profile's file. */
export const readProfileFile = (file: string): Effect.Effect<unknown, BadProfile> => {
  const refuse = (value: string, expected: string) => new BadProfile({ profile: file, field: '', value, expected })
  return Effect.tryPromise({
    try: async () => {
      const found = await stat(file)
      if (!found.isFile() || found.size > FILE_BYTES_MAX) throw new Error(`no file, or one of ${found.size} bytes`)
      return readFile(file, 'utf8')
    },
    catch: (cause) => refuse((cause as Error).message, `a file that can be read, of up to ${FILE_BYTES_MAX} bytes`),
  }).pipe(
    Effect.flatMap((text) =>
      text.startsWith(BYTE_ORDER_MARK)
        ? refuse('a byte order mark before it', 'JSON, in UTF-8 as it is')
        : Effect.try({
            try: (): unknown => JSON.parse(text),
            catch: (cause) => refuse((cause as Error).message, 'JSON'),
          }),
    ),
  )
}
