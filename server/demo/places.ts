import { drawSide } from './figure.ts'
import type { Scene } from './photos.ts'
import { looks, poses } from './poses.ts'
import { circle, limb, line, moved, type Point, rectangle, seededRandom, toSvg } from './shapes.ts'

const size = { width: 1600, height: 1200 }

/** A runner before mountains, early in the morning. */
export function trailRun(seed: number): Scene {
  const random = seededRandom(seed)
  const ridge = (base: number, rise: number, colour: string) => {
    const points: Point[] = [[-50, 1250]]
    for (let x = -50; x <= 1650; x += 50)
      points.push([x, base - rise * (0.5 + 0.5 * Math.sin(x / 190 + base)) - random() * rise * 0.28])
    return { fill: colour, points: [...points, [1650, 1250] as Point] }
  }
  const tree = ([x, y]: Point, height: number) =>
    [0, 1, 2].map((tier) =>
      limb(
        [x, y - height * (0.3 + tier * 0.3)],
        [x, y - tier * height * 0.26],
        2,
        height * (0.24 - tier * 0.05),
        '#24483f',
      ),
    )
  const trees = Array.from({ length: 15 }, (_, index) =>
    tree([40 + index * 112 + random() * 50, 985 + random() * 20], 130 + random() * 120),
  ).flat()
  const runner = moved(drawSide(poses.run, looks.teal), [640, 860], 4.4)
  return {
    ...size,
    content: `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#8fbcc4"/><stop offset="0.55" stop-color="#f6dcbb"/><stop offset="1" stop-color="#f3c596"/></linearGradient>
<radialGradient id="sun"><stop offset="0" stop-color="#fff4d6"/><stop offset="0.25" stop-color="#ffe9b8" stop-opacity="0.9"/><stop offset="1" stop-color="#ffe2a6" stop-opacity="0"/></radialGradient></defs>
<rect width="1600" height="1200" fill="url(#sky)"/><circle cx="1130" cy="430" r="380" fill="url(#sun)"/>
${toSvg([ridge(640, 230, '#a9bdb9'), ridge(760, 190, '#7fa09c'), ridge(880, 150, '#4f7b74'), ...trees, ridge(1020, 40, '#2f5a4e')])}
<path d="M-20 1120C300 1010 700 1090 1620 1030L1620 1210L-20 1210Z" fill="#c79a67"/><path d="M-20 1120C300 1010 700 1090 1620 1030L1620 1046C700 1106 300 1026 -20 1138Z" fill="#e0bb89"/>${toSvg(runner)}`,
  }
}

/** Kettlebells, dumbbells, a roller and a ball along a wall. */
export function homeGym(): Scene {
  const kettlebell = ([x, y]: Point, radius: number, colour: string, shine: string) => [
    circle([x, y - radius * 1.25], radius * 0.78, colour),
    circle([x, y - radius * 1.2], radius * 0.5, '#cdbfae'),
    circle([x, y], radius, colour),
    circle([x - radius * 0.35, y - radius * 0.35], radius * 0.28, shine),
    rectangle([x - radius * 0.55, y + radius * 0.82], radius * 1.1, radius * 0.2, colour, 6),
  ]
  const dumbbell = ([x, y]: Point) => [
    line([x, y], [x + 250, y], 26, '#8b8f90'),
    ...[0, 46, 204, 250].map((at, index) =>
      rectangle(
        [x + at - 26, y - (index % 3 ? 58 : 76)],
        52,
        index % 3 ? 116 : 152,
        index % 3 ? '#39444a' : '#2c363b',
        16,
      ),
    ),
  ]
  const roller = [
    rectangle([1040, 850], 330, 150, '#3f9686', 30),
    circle([1372, 925], 75, '#2f786b'),
    circle([1372, 925], 34, '#1f5249'),
  ]
  return {
    ...size,
    content: `<defs><linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#e9dfd1"/><stop offset="1" stop-color="#cdbfae"/></linearGradient>
<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#a98763"/><stop offset="1" stop-color="#c5a37c"/></linearGradient>
<radialGradient id="ball" cx="0.35" cy="0.3"><stop offset="0" stop-color="#f3b08c"/><stop offset="1" stop-color="#c96f47"/></radialGradient>
<radialGradient id="shade"><stop offset="0" stop-color="#2a1c0e" stop-opacity="0.5"/><stop offset="1" stop-color="#2a1c0e" stop-opacity="0"/></radialGradient></defs>
<rect width="1600" height="1200" fill="url(#wall)"/><rect y="900" width="1600" height="300" fill="url(#floor)"/><rect y="888" width="1600" height="14" fill="#f4eee4"/>
<ellipse cx="1180" cy="1000" rx="330" ry="34" fill="url(#shade)"/><ellipse cx="420" cy="1010" rx="390" ry="36" fill="url(#shade)"/><ellipse cx="820" cy="1120" rx="240" ry="28" fill="url(#shade)"/>
<circle cx="1150" cy="640" r="240" fill="url(#ball)"/>
${toSvg([...roller, ...kettlebell([250, 890], 120, '#2f4a4a', '#54706f'), ...kettlebell([500, 915], 95, '#0d6e62', '#3f9686'), ...kettlebell([690, 935], 74, '#c9764d', '#e3a381'), ...dumbbell([700, 1060])])}`,
  }
}
