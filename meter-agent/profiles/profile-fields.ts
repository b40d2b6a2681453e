import { Schema } from 'effect'

export const NAME = { pattern: /^[a-zA-Z][a-zA-Z0-9]{0,63}$/u, message: 'a name of letters and digits, like "powerL1"' }

/** The name of a register or of a derived value; tests and roles call it so. */
export const Id = Schema.String.check(Schema.isPattern(NAME.pattern, { message: NAME.message })).annotate({
  description: 'name of a register or derived value',
})

/** Words as they come over the line. */
export const Hex = Schema.String.check(
  Schema.isPattern(/^(?:[0-9a-f]{4}){1,125}$/u, { message: 'words of four hexadecimal digits a–f, at most 125' }),
)

export const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Which word, or byte, of a longer number comes first. */
export const Order = Schema.Literals(['high-first', 'low-first'])

export const Address = between(0, 65_535).annotate({ description: 'zero-based address, as it goes over the line' })
