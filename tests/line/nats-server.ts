import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether there is a NATS server on this machine. */
export const hasNats = spawnSync('nats-server', ['--version']).error === undefined

/** A NATS server of its own on a free port. */
export class TestNats {
  readonly #folder = mkdtempSync(join(tmpdir(), 'commonwatt-nats-'))
  readonly #flags: readonly string[]
  #child: ChildProcess | null = null
  #port = -1

  private constructor(flags: readonly string[]) {
    this.#flags = flags
  }

  static async start(...flags: readonly string[]): Promise<TestNats> {
    const server = new TestNats(flags)
    await server.restart()
    return server
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`
  }

  /** Starts it, where it was before if it has been killed. */
  async restart(): Promise<void> {
    const where = ['-a', '127.0.0.1', '-p', `${this.#port}`, '--ports_file_dir', this.#folder]
    const child = spawn('nats-server', [...where, ...this.#flags], { stdio: 'ignore' })
    this.#child = child
    const file = join(this.#folder, `nats-server_${child.pid}.ports`)
    while (!existsSync(file) || readFileSync(file).length === 0) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { nats } = JSON.parse(readFileSync(file, 'utf8')) as { nats: [string] }
    this.#port = Number(new URL(nats[0]).port)
  }

  /** Says something on a subject, as whoever is connected may. */
  async publish(subject: string, text: string): Promise<void> {
    const { end } = await this.#talk(`PUB ${subject} nowhere ${Buffer.byteLength(text)}\r\n${text}`)
    end()
  }

  /** What somebody answers to a question, which is asked until there is somebody. */
  async ask(subject: string, text: string): Promise<string> {
    const heard = await this.#talk('SUB answer 1')
    const answer = () => /MSG answer .*\r\n(.+)\r\n/.exec(heard.text())?.[1] ?? ''
    while (answer() === '') {
      heard.say(`PUB ${subject} answer ${Buffer.byteLength(text)}\r\n${text}\r\n`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    heard.end()
    return answer()
  }

  /** Hears what is said on a subject from now on. */
  listen(subject: string) {
    return this.#talk(`SUB ${subject} 1`)
  }

  /** Answers what is asked on a subject, for one of a group, always the same. */
  answer(subject: string, group: string, text: string) {
    return this.#talk(`SUB ${subject} ${group} 1`, (said) =>
      [...said.matchAll(/MSG \S+ 1 (\S+) \d+\r\n/g)]
        .map(([, reply]) => `PUB ${reply} ${Buffer.byteLength(text)}\r\n${text}\r\n`)
        .join(''),
    )
  }

  /** Speaks the server's own language, and waits until it has been heard. */
  async #talk(line: string, reply = (_said: string) => '') {
    const socket = connect(this.#port, '127.0.0.1')
    let text = ''
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.on('data', (data) => {
        text += String(data)
        socket.write(reply(String(data)))
        if (text.includes('PONG')) resolve()
      })
      socket.write(`CONNECT {"verbose":false}\r\n${line}\r\nPING\r\n`)
    })
    return { text: () => text, say: (more: string) => void socket.write(more), end: () => void socket.destroy() }
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async end(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
