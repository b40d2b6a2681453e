import type { PictureFrame } from '#protocol/picture/picture-frame.ts'

/** The whole picture over HTTP, compressed and perhaps made for many; null where the gateway does not answer. */
export async function fetchPicture(): Promise<PictureFrame | null> {
  try {
    const answer = await fetch('api/v1/picture')
    return answer.ok ? ((await answer.json()) as PictureFrame) : null
  } catch {
    return null
  }
}
