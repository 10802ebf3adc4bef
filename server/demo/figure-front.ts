import type { Look } from './figure.ts'
import { circle, limb, type Point, type Shape } from './shapes.ts'

/** Heights of what is measured from the front, with the hips' middle at the origin. */
export const landmarks = {
  ear: -41,
  shoulder: -26.5,
  hip: -1,
  knee: 23,
  ankle: 46,
  half: { shoulder: 9.2, hip: 5.6 },
}

/** A person from the front, about 100 tall, one shoulder `tilt` lower than the other; the hips' middle is the origin. */
export function drawFront(look: Look, tilt = 0): Shape[] {
  const { shoulder, hip, half } = landmarks
  const left: Point = [-half.shoulder, shoulder - tilt / 2]
  const right: Point = [half.shoulder, shoulder + tilt / 2]
  const head: Point = [tilt * 0.3, shoulder - 13.5]
  return [
    ...drawLeg(-1, look),
    ...drawLeg(1, look),
    ...drawArm(left, -1, look),
    ...drawArm(right, 1, look),
    limb([tilt * 0.1, shoulder], head, 3.3, 3.1, look.skin.shade),
    limb([-half.hip + 1.2, hip], [left[0] + 2.6, left[1] + 6], 5.4, 4.6, look.top.lit),
    limb([half.hip - 1.2, hip], [right[0] - 2.6, right[1] + 6], 5.4, 4.6, look.top.lit),
    limb([0, hip], [0, shoulder + 5], 7.4, 7.6, look.top.lit),
    limb(left, right, 3.5, 3.5, look.top.lit),
    limb([-3, hip + 1], [3, hip + 1], 6.6, 6.6, look.shorts.lit),
    circle([head[0], head[1] - 1.6], 6.7, look.hair.shade),
    limb([-5.4 + head[0], head[1] + 0.6], [5.4 + head[0], head[1] + 0.6], 1.5, 1.5, look.skin.shade),
    limb([head[0], head[1] - 0.6], [head[0], head[1] + 3.4], 5.4, 3.4, look.skin.lit),
    limb([head[0] - 3.6, head[1] - 5], [head[0] + 4, head[1] - 5.4], 2.4, 2, look.hair.lit),
  ]
}

function drawLeg(side: 1 | -1, look: Look): Shape[] {
  const { hip, knee, ankle } = landmarks
  const at = (x: number, y: number): Point => [side * x, y]
  return [
    limb(at(4.6, hip), at(5.2, knee), 6, 3.7, look.skin.lit),
    limb(at(5.2, knee), at(5.9, knee + 7), 3.7, 3.7, look.skin.lit),
    limb(at(5.9, knee + 7), at(5.2, ankle), 3.7, 2.1, look.skin.lit),
    limb(at(4.4, hip + 1), at(5, knee - 8), 6.5, 5.2, look.shorts.lit),
    limb(at(5.2, ankle - 3), at(5.2, ankle), 2.6, 2.7, '#f4f1ec'),
    limb(at(5.4, ankle + 1), at(7.6, ankle + 3.2), 2.7, 2.5, look.shoes.lit),
  ]
}

function drawArm([x, y]: Point, side: 1 | -1, look: Look): Shape[] {
  const elbow: Point = [x + side * 3.6, y + 16]
  const wrist: Point = [elbow[0] + side * 1.6, elbow[1] + 14]
  return [
    limb([x, y], elbow, 3.4, 2.6, look.skin.lit),
    limb(elbow, wrist, 2.6, 1.9, look.skin.lit),
    limb(wrist, [wrist[0] - side * 0.4, wrist[1] + 3.4], 2.2, 1.7, look.skin.lit),
    limb([x, y], [x + side * 1.8, y + 8], 4, 3.8, look.top.lit),
  ]
}
