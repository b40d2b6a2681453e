import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ValidationSubject, validate } from '#sim/index.ts'

/** Where the page is kept. */
export const validationFile = join(import.meta.dirname, '../docs/validation.md')

/** What the simulator is held to, as Markdown: computed when it is made, so that it cannot say another thing. */
export function validationPage(subjects: readonly ValidationSubject[]): string {
  const cases = subjects.flatMap((subject) => subject.cases)
  const missing = subjects.flatMap((subject) => subject.missing ?? [])
  const red = cases.filter(({ isMet }) => !isMet)
  return `${[
    preface,
    `${cases.length} cases: ${cases.length - red.length} green, ${red.length} red. ${missing.length} more are known and not computed.`,
    ...subjects.flatMap(sectionOf),
  ].join('\n\n')}\n`
}

const preface = `# Validation

What the simulator says, held against what is known: published solutions, closed forms, measurements and other programs. This file is computed by \`npm run docs\`; a test fails when it is old, or a case is red. Where many values are one case, its worst is told.`

function sectionOf({ title, about, cases, missing = [], peers = [] }: ValidationSubject): readonly string[] {
  return [
    `## ${title}`,
    about,
    table(
      ['case', 'expected', 'got', 'tolerance', 'verdict'],
      cases.map(({ name, expected, got, tolerance, isMet }) => [
        name,
        expected,
        got,
        tolerance,
        isMet ? 'green' : '**red**',
      ]),
    ),
    ...(missing.length === 0
      ? []
      : [
          'Known, and not computed:',
          table(
            ['case', 'expected', 'why'],
            missing.map(({ name, expected, why }) => [name, expected, why]),
          ),
        ]),
    ...(peers.length === 0
      ? []
      : [
          'Where another program says another thing:',
          table(
            ['case', 'by', 'theirs', 'ours', 'why'],
            peers.map(({ name, peer, theirs, ours, why }) => [name, peer, theirs, ours, why]),
          ),
        ]),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

if (import.meta.main) writeFileSync(process.argv[2] ?? validationFile, validationPage(await validate()))
