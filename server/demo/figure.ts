import { circle, limb, type Point, type Shape } from './shapes.ts'

/** Colours of a person; the far side of the body takes the shade of each. */
export type Look = { skin: Tone; hair: Tone; top: Tone; shorts: Tone; shoes: Tone }
type Tone = { lit: string; shade: string }

/** Degrees from straight down, forwards positive (the figure faces right), each against the page. */
type Leg = { thigh: number; shin: number; foot?: number }
type Arm = { upper: number; fore: number }

/** A person seen from the side. `trunk` and `head`: degrees from straight up, forwards positive. */
export type Pose = { trunk: number; head: number; near: Leg; far: Leg; nearArm: Arm; farArm: Arm }

/** Where the joints of the near side are, for marking angles and plumb lines. */
export type Joints = Record<'ear' | 'shoulder' | 'hip' | 'knee' | 'ankle' | 'toe', Point>

const length = { thigh: 24, shin: 23.5, foot: 10, trunk: 27, neck: 9.5, upper: 16, fore: 14.5 }

/** The joints of a pose, a person being about 100 tall at scale 1, with the hip at `origin`. */
export function jointsOf(pose: Pose, [x, y]: Point, scale: number): Joints {
  const hip: Point = [0, 0]
  const shoulder = above(hip, pose.trunk, length.trunk)
  const place = ([dx, dy]: Point): Point => [x + dx * scale, y + dy * scale]
  const { knee, ankle, toe } = legJoints(hip, pose.near)
  return {
    ear: place(above(shoulder, pose.head, length.neck + 2)),
    shoulder: place(shoulder),
    hip: place(hip),
    knee: place(knee),
    ankle: place(ankle),
    toe: place(toe),
  }
}

/** A person from the side, far limbs first. The hip is the origin. */
export function drawSide(pose: Pose, look: Look): Shape[] {
  const hip: Point = [0, 0]
  const shoulder = above(hip, pose.trunk, length.trunk)
  const waist = above(hip, pose.trunk, length.trunk * 0.42)
  const chest = above(hip, pose.trunk, length.trunk * 0.78)
  return [
    ...drawArm(shoulder, pose.farArm, look, 'shade'),
    ...drawLeg(hip, pose.far, look, 'shade'),
    ...drawHead(shoulder, pose.head, look),
    limb(hip, waist, 6.6, 5.6, look.top.lit),
    limb(waist, chest, 5.6, 6.9, look.top.lit),
    limb(chest, shoulder, 6.9, 4.6, look.top.lit),
    limb(hip, above(hip, pose.trunk, 4), 6.9, 6, look.shorts.lit),
    ...drawLeg(hip, pose.near, look, 'lit'),
    ...drawArm(shoulder, pose.nearArm, look, 'lit'),
  ]
}

function drawLeg(hip: Point, leg: Leg, look: Look, light: keyof Tone): Shape[] {
  const { knee, ankle, toe } = legJoints(hip, leg)
  const calf = below(knee, leg.shin - 9, length.shin * 0.3)
  const heel = below(ankle, (leg.foot ?? 90) - 90, 1.4)
  return [
    limb(hip, knee, 6.2, 4.1, look.skin[light]),
    limb(knee, calf, 4.1, 4, look.skin[light]),
    limb(calf, ankle, 4, 2.2, look.skin[light]),
    limb(hip, below(hip, leg.thigh, length.thigh * 0.62), 6.7, 5.5, look.shorts[light]),
    limb(below(ankle, leg.shin + 180, 3), ankle, 2.7, 2.8, '#f4f1ec'),
    limb(heel, toe, 2.9, 1.9, look.shoes[light]),
  ]
}

function drawArm(shoulder: Point, arm: Arm, look: Look, light: keyof Tone): Shape[] {
  const elbow = below(shoulder, arm.upper, length.upper)
  const wrist = below(elbow, arm.fore, length.fore)
  return [
    limb(shoulder, elbow, 3.5, 2.6, look.skin[light]),
    limb(elbow, wrist, 2.6, 1.9, look.skin[light]),
    limb(wrist, below(wrist, arm.fore, 3), 2.1, 1.8, look.skin[light]),
    limb(shoulder, below(shoulder, arm.upper, length.upper * 0.46), 4.2, 3.7, look.top[light]),
  ]
}

function drawHead(shoulder: Point, lean: number, look: Look): Shape[] {
  const crown = above(shoulder, lean, length.neck + 3)
  const face = offset(crown, lean, 0.9, 0.6)
  return [
    limb(above(shoulder, lean, -1), crown, 3.1, 3, look.skin.shade),
    limb(offset(crown, lean, -5.2, 1.5), offset(crown, lean, -7.6, 6), 2.4, 1.2, look.hair.lit),
    circle(offset(crown, lean, -0.9, -1.1), 6.5, look.hair.lit),
    limb(face, offset(face, lean, 1.9, 3.2), 5.1, 2.6, look.skin.lit),
    limb(offset(crown, lean, -3, -3.6), offset(crown, lean, 3.4, -4.6), 3, 1.7, look.hair.lit),
    circle(offset(crown, lean, -1.6, 1.4), 1.2, look.skin.shade),
  ]
}

function legJoints(hip: Point, leg: Leg): { knee: Point; ankle: Point; toe: Point } {
  const knee = below(hip, leg.thigh, length.thigh)
  const ankle = below(knee, leg.shin, length.shin)
  return { knee, ankle, toe: below(below(ankle, (leg.foot ?? 90) - 90, 2), leg.foot ?? 90, length.foot) }
}

function below([x, y]: Point, degrees: number, distance: number): Point {
  const angle = (degrees * Math.PI) / 180
  return [x + distance * Math.sin(angle), y + distance * Math.cos(angle)]
}

function above(from: Point, degrees: number, distance: number): Point {
  return below(from, 180 - degrees, distance)
}

/** `forwards` and `down` as the head sees them when it leans. */
function offset([x, y]: Point, degrees: number, forwards: number, down: number): Point {
  const angle = (degrees * Math.PI) / 180
  return [
    x + forwards * Math.cos(angle) - down * Math.sin(angle),
    y + forwards * Math.sin(angle) + down * Math.cos(angle),
  ]
}
