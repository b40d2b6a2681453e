import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether there is a NATS server on this machine. */
export const hasNats = spawnSync('nats-server', ['--version']).error === undefined

/** What the server has of all streams: messages, how many somebody is at, and who takes them. */
export interface NatsWork {
  readonly messages: number
  readonly underWay: number
  readonly takers: readonly string[]
}

/** A NATS server of its own on a free port; its messages outlive it until `end`. */
export class TestNats {
  readonly #folder = mkdtempSync(join(tmpdir(), 'commonwatt-nats-'))
  readonly #flags: readonly string[]
  #child: ChildProcess | null = null
  #ports: { readonly nats: number; readonly monitor: number } = { nats: -1, monitor: -1 }

  private constructor(flags: readonly string[]) {
    this.#flags = flags
  }

  static async start(...flags: readonly string[]): Promise<TestNats> {
    const server = new TestNats(flags)
    await server.restart()
    return server
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#ports.nats}`
  }

  /** Starts it, where it was before if it has been killed. */
  async restart(): Promise<void> {
    const { nats, monitor } = this.#ports
    const where = ['-a', '127.0.0.1', '-p', `${nats}`, '-m', `${monitor}`, '--ports_file_dir', this.#folder]
    const child = spawn('nats-server', [...where, '-sd', this.#folder, ...this.#flags], { stdio: 'ignore' })
    this.#child = child
    const file = join(this.#folder, `nats-server_${child.pid}.ports`)
    while (!existsSync(file) || readFileSync(file).length === 0) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const ports = JSON.parse(readFileSync(file, 'utf8')) as { nats: [string]; monitoring: [string] }
    const portOf = ([url]: [string]) => Number(new URL(url).port)
    this.#ports = { nats: portOf(ports.nats), monitor: portOf(ports.monitoring) }
  }

  async work(): Promise<NatsWork> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.monitor}/jsz?streams=true&consumers=true`)
    const { account_details = [] } = (await answer.json()) as {
      account_details?: {
        stream_detail: {
          state: { messages: number }
          consumer_detail?: { name: string; num_ack_pending: number }[]
        }[]
      }[]
    }
    const streams = account_details.flatMap((account) => account.stream_detail)
    const takers = streams.flatMap(({ consumer_detail = [] }) => consumer_detail)
    return {
      messages: streams.reduce((sum, { state }) => sum + state.messages, 0),
      underWay: takers.reduce((sum, { num_ack_pending }) => sum + num_ack_pending, 0),
      takers: takers.map(({ name }) => name),
    }
  }

  /** Says something on a subject, as any program could. */
  async publish(subject: string, text: string): Promise<void> {
    const { end } = await this.#talk(`PUB ${subject} ${Buffer.byteLength(text)}\r\n${text}`)
    end()
  }

  /** Hears what is said on a subject from now on. */
  listen(subject: string) {
    return this.#talk(`SUB ${subject} 1`)
  }

  /** Speaks the server's own language, and waits until it has been heard. */
  async #talk(line: string) {
    const socket = connect(this.#ports.nats, '127.0.0.1')
    let text = ''
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.on('data', (data) => {
        text += String(data)
        if (text.includes('PONG')) resolve()
      })
      socket.write(`CONNECT {"verbose":false}\r\n${line}\r\nPING\r\n`)
    })
    return { text: () => text, end: () => void socket.destroy() }
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
