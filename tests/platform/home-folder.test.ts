import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openHomeFolder } from '#platform/home-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'home-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe("a home's folder", () => {
  it('is the same home again, and makes no other key where one of its own has gone', async () => {
    const opened = () => Effect.runPromise(openHomeFolder(folder, { home: 'anna', algorithm: undefined }))
    const first = await opened()
    const again = await opened()
    expect([again.accountKey, again.deviceKey.signer]).toEqual([first.accountKey, first.deviceKey.signer])
    rmSync(join(folder, 'keys', 'device'))
    await expect(opened()).rejects.toMatchObject({
      _tag: 'KeyFailure',
      message: expect.stringContaining('keys/device'),
    })
    rmSync(join(folder, 'keys', 'account'))
    await expect(opened()).rejects.toMatchObject({ _tag: 'BadInput', message: expect.stringContaining('is gone') })
  })
})
