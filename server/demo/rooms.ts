import { drawSide, jointsOf, type Look, type Pose } from './figure.ts'
import { drawFront, landmarks } from './figure-front.ts'
import type { Scene } from './photos.ts'
import { looks, poses, walkAt } from './poses.ts'
import {
  boundsOf,
  circle,
  limb,
  line,
  moved,
  type Point,
  rectangle,
  type Shape,
  sweep,
  toSvg,
} from './shapes.ts'

const walls = {
  mint: ['#e9ede8', '#c9d6cf'],
  sand: ['#f1e9de', '#dccbb6'],
  sage: ['#e3e8dc', '#bfcbb4'],
  rose: ['#f3e2d8', '#dcbfae'],
  sky: ['#e2eaec', '#b9cbd0'],
  night: ['#42595c', '#1f3437'],
} as const
const portrait = { width: 1200, height: 1600 }
const landscape = { width: 1600, height: 1200 }

export function postureFront(): Scene {
  const place = (shapes: Shape[]) => toSvg(moved(shapes, [600, 850], 13))
  const mark = (y: number, half: number, tilt: number): Shape[] => [
    line([-half - 9, y - tilt], [half + 9, y + tilt], 0.35, '#ffffff'),
    ...target([-half, y - tilt * 0.5], 1.4),
    ...target([half, y + tilt * 0.5], 1.4),
  ]
  const marks = [
    line([0, -52], [0, 52], 0.3, '#c4552b'),
    ...mark(landmarks.shoulder, landmarks.half.shoulder, 1.2),
    ...mark(landmarks.hip, landmarks.half.hip, 0.5),
    ...mark(landmarks.knee, 5.2, 0),
  ]
  const person = drawFront(looks.teal, 1.2)
  return room(portrait, walls.mint, [grid(portrait), shadow([600, 1500], 250), place(person), place(marks)])
}

export function postureSide(): Scene {
  const pose = { ...poses.standing, trunk: -2, head: 13 }
  const { place, joints } = standing(pose, [610, 1490], 13)
  const marks: Shape[] = [line([joints.ankle[0], 190], [joints.ankle[0], 1520], 4, '#c4552b')]
  for (const name of ['ear', 'shoulder', 'hip', 'knee', 'ankle'] as const)
    marks.push(...target(joints[name], 20))
  return room(portrait, walls.mint, [
    grid(portrait),
    shadow([610, 1500], 230),
    place(looks.teal),
    toSvg(marks),
  ])
}

/** The same person week after week, standing straighter. */
export function progress(slouch: number): Scene {
  const pose = {
    ...poses.standing,
    trunk: 1 + 5 * slouch,
    head: 4 + 24 * slouch,
    nearArm: { upper: 4 + 10 * slouch, fore: 16 },
  }
  const { place } = standing(pose, [590, 1480], 13)
  return room(portrait, walls.sand, [windowLight(portrait), shadow([600, 1492], 230), place(looks.sand)])
}

export function gaitAnalysis(): Scene {
  const { place, joints } = standing(walkAt(0.24), [880, 1004], 8.2)
  const trail = [0.02, 0.12].map((moment, index) => {
    const ghost = standing(walkAt(moment), [250 + index * 270, 1004], 8.2)
    return `<g opacity="${0.16 + index * 0.14}">${ghost.place(looks.coral)}</g>`
  })
  const bones: Shape[] = (['shoulder', 'hip', 'knee', 'ankle', 'toe'] as const).flatMap(
    (name, index, all) => {
      const next = all[index + 1]
      return next ? [line(joints[name], joints[next], 6, '#7ff0dc')] : []
    },
  )
  const heading = (from: Point, to: Point) => Math.atan2(to[1] - from[1], to[0] - from[0])
  const angle = sweep(
    joints.knee,
    62,
    heading(joints.knee, joints.ankle),
    heading(joints.knee, joints.hip) + 2 * Math.PI,
    7,
    '#ffd27a',
  )
  const dots = (['shoulder', 'hip', 'knee', 'ankle', 'toe'] as const).flatMap((name) => [
    circle(joints[name], 14, '#102a2b'),
    circle(joints[name], 9, '#7ff0dc'),
  ])
  const treadmill = [
    rectangle([190, 1010], 1150, 46, '#0f1d20', 20),
    rectangle([210, 1004], 1110, 16, '#33474b', 8),
    limb([1270, 1010], [1350, 560], 16, 14, '#4a686d'),
    limb([1345, 580], [1190, 600], 13, 11, '#56777c'),
    rectangle([1300, 470], 110, 100, '#4a686d', 18),
    rectangle([1316, 486], 78, 60, '#58b7a8', 8),
  ]
  return room(landscape, walls.night, [
    floorLine(landscape, '#172a2d'),
    ...trail,
    toSvg(treadmill),
    place(looks.coral),
    toSvg([...bones, angle, ...dots]),
    chart(),
  ])
}

export function exercise(
  name: keyof typeof poses,
  look: keyof typeof looks,
  wall: keyof typeof walls,
  scale = 12,
): Scene {
  const pose = poses[name]
  const { place, joints } = standing(pose, [770, 1048], scale, 'middle')
  const middle = (joints.hip[0] + joints.knee[0]) / 2
  const mat = `<path d="M190 1010L1410 1010L1500 1090L100 1090Z" fill="#5f8f86"/><path d="M100 1090L1500 1090L1500 1106L100 1106Z" fill="#477269"/>`
  const box =
    name === 'stepUp'
      ? toSvg([
          rectangle(
            [joints.ankle[0] - 70, joints.ankle[1] + 34],
            320,
            1048 - joints.ankle[1] - 34,
            '#b98a5c',
            10,
          ),
        ])
      : ''
  return room(landscape, walls[wall], [
    windowLight(landscape),
    plant([1370, 900]),
    mat,
    shadow([middle, 1050], 430),
    box,
    place(looks[look]),
  ])
}

/** Sets a side figure down with its lowest point on the floor, its ankle or its middle over `at`. */
function standing(pose: Pose, at: Point, scale: number, over: 'ankle' | 'middle' = 'ankle') {
  const { left, right, bottom } = boundsOf(drawSide(pose, looks.teal))
  const x = over === 'ankle' ? jointsOf(pose, [0, 0], 1).ankle[0] : (left + right) / 2
  const origin: Point = [at[0] - x * scale, at[1] - bottom * scale]
  return {
    joints: jointsOf(pose, origin, scale),
    place: (look: Look) => toSvg(moved(drawSide(pose, look), origin, scale)),
  }
}

function target(point: Point, radius: number): Shape[] {
  return [circle(point, radius, '#ffffff'), circle(point, radius * 0.65, '#0d6e62')]
}

function room(
  { width, height }: { width: number; height: number },
  [light, deep]: readonly [string, string],
  layers: string[],
): Scene {
  const floor = height * 0.86
  return {
    width,
    height,
    content: `<defs><linearGradient id="wall" x1="0" y1="0" x2="0.5" y2="1"><stop offset="0" stop-color="${light}"/><stop offset="1" stop-color="${deep}"/></linearGradient>
<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity="0.16"/><stop offset="1" stop-color="#000" stop-opacity="0.04"/></linearGradient>
<radialGradient id="shadow"><stop offset="0" stop-color="#1b140c" stop-opacity="0.42"/><stop offset="0.6" stop-color="#1b140c" stop-opacity="0.16"/><stop offset="1" stop-color="#1b140c" stop-opacity="0"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="url(#wall)"/><rect y="${floor}" width="${width}" height="${height - floor}" fill="url(#floor)"/>${layers.join('')}`,
  }
}

function shadow([x, y]: Point, radius: number): string {
  return `<ellipse cx="${x}" cy="${y}" rx="${radius}" ry="${radius * 0.13}" fill="url(#shadow)"/>`
}

function windowLight({ width, height }: { width: number; height: number }): string {
  const pane = (x: number) =>
    `<path d="M${x} ${height * 0.08}l${width * 0.15} ${height * 0.05}l${width * 0.1} ${height * 0.5}l${-width * 0.15} ${-height * 0.05}Z"/>`
  return `<g fill="#fffaf0" opacity="0.38">${pane(width * 0.08)}${pane(width * 0.26)}</g>`
}

function grid({ width, height }: { width: number; height: number }): string {
  const lines: string[] = []
  for (let x = 0; x <= width; x += 100) lines.push(`M${x} 0V${height * 0.86}`)
  for (let y = 76; y <= height * 0.86; y += 100) lines.push(`M0 ${y}H${width}`)
  return `<path d="${lines.join('')}" stroke="#ffffff" stroke-opacity="0.55" stroke-width="3" fill="none"/>`
}

function floorLine({ width, height }: { width: number; height: number }, colour: string): string {
  return `<rect y="${height * 0.86}" width="${width}" height="${height * 0.14}" fill="${colour}"/>`
}

function chart(): string {
  const curve = Array.from({ length: 60 }, (_, step) => {
    const moment = step / 59
    const y =
      220 -
      60 * Math.max(0, Math.sin(moment * Math.PI * 2 - 2.4)) -
      20 * Math.max(0, Math.sin(moment * Math.PI * 4))
    return `${(1140 + moment * 330).toFixed(1)} ${y.toFixed(1)}`
  }).join('L')
  return `<rect x="1110" y="80" width="390" height="170" rx="18" fill="#0f1d20" opacity="0.55"/><path d="M1140 220H1470" stroke="#58b7a8" stroke-opacity="0.4" stroke-width="3"/><path d="M${curve}" fill="none" stroke="#ffd27a" stroke-width="6" stroke-linecap="round"/>`
}

function plant([x, y]: Point): string {
  const leaf = (angle: number, length: number, colour: string) =>
    limb([x, y - 60], [x + Math.sin(angle) * length, y - 60 - Math.cos(angle) * length], 26, 6, colour)
  const leaves = [
    leaf(-0.8, 300, '#6d9a80'),
    leaf(0.7, 280, '#5c8a71'),
    leaf(-0.35, 400, '#7eab8f'),
    leaf(0.3, 420, '#6d9a80'),
    leaf(0, 330, '#8cb89b'),
  ]
  return toSvg([...leaves, limb([x, y - 60], [x, y + 110], 92, 66, '#d08a64')])
}
