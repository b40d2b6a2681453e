import { describe, expect, it } from 'vitest'
import { PathText } from '../../ui/src/map/path-text.ts'

describe('a pen that writes paths', () => {
  it('draws all of a circle as two halves, from where it begins', () => {
    const pen = new PathText()
    pen.arc(10, 10, 5, 0, 2 * Math.PI)
    expect(String(pen)).toBe('M15,10A5,5,0,0,1,5,10A5,5,0,0,1,15,10')
  })

  it('draws a quarter from where the pen stands', () => {
    const pen = new PathText()
    pen.moveTo(10, 10)
    pen.arc(10, 10, 5, 0, Math.PI / 2)
    expect(String(pen)).toBe('M10,10L15,10A5,5,0,0,1,10,15')
  })

  it('draws boxes, lines and bends', () => {
    const pen = new PathText()
    pen.rect(1, 2, 3, 4)
    pen.lineTo(5, 6)
    pen.quadraticCurveTo(1, 1, 2, 2)
    expect(String(pen)).toBe('M1,2h3v4h-3ZL5,6Q1,1,2,2')
  })
})
