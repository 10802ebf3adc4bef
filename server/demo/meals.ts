import type { Scene } from './photos.ts'
import { circle, limb, line, type Point, type Shape, seededRandom, toSvg } from './shapes.ts'

const size = { width: 1600, height: 1200 }
const middle: Point = [800, 600]

/** A bowl of rice, salmon, avocado and vegetables, from above. */
export function salmonBowl(seed: number): Scene {
  const random = seededRandom(seed)
  const rice = scattered(random, middle, 330, 420, ([x, y]) =>
    limb([x, y], [x + 9, y + 5 - random() * 10], 6, 6, random() > 0.5 ? '#fbf7ee' : '#f1eadb'),
  )
  const salmon = [0, 1, 2, 3].flatMap((slice) => {
    const [x, y]: Point = [560 + slice * 62, 690 + slice * 30]
    return [
      limb([x, y], [x + 70, y - 150], 44, 36, slice % 2 ? '#ee8a63' : '#f29a75'),
      line([x + 8, y - 10], [x + 58, y - 70], 7, '#f9c3a8'),
      line([x + 26, y - 50], [x + 76, y - 112], 7, '#f9c3a8'),
    ]
  })
  const avocado = [0, 1, 2, 3, 4].flatMap((slice) => {
    const angle = -0.5 + slice * 0.22
    const from: Point = [900 + slice * 30, 440 + slice * 34]
    const to: Point = [from[0] + 150 * Math.cos(angle), from[1] + 150 * Math.sin(angle)]
    return [
      limb(from, to, 34, 20, '#5d8a3e'),
      limb(from, to, 29, 15, '#c9d98a'),
      limb(from, to, 16, 7, '#e6ebb2'),
    ]
  })
  const cucumbers = [0, 1, 2, 3].flatMap((slice) => cucumber([620 + slice * 74, 400 - slice * 16]))
  const tomatoes = [
    [980, 760],
    [900, 810],
    [1040, 690],
  ].flatMap(([x, y]) => tomato([x ?? 0, y ?? 0]))
  const seeds = scattered(random, middle, 300, 70, ([x, y]) =>
    limb([x, y], [x + 5, y + 3], 3, 2, random() > 0.4 ? '#2b2622' : '#d9c9a3'),
  )
  return table('#8a6a4c', '#6f523a', [
    plate(430, '#2f4a4a', '#3c5c5b'),
    toSvg([
      circle(middle, 358, '#efe8d9'),
      ...rice,
      ...leaves(random, [770, 620], 90, 9),
      ...cucumbers,
      ...salmon,
      ...avocado,
      ...tomatoes,
      ...egg([770, 560]),
      ...seeds,
    ]),
    cutlery(),
  ])
}

/** Yogurt with berries, banana and granola, from above. */
export function breakfast(seed: number): Scene {
  const random = seededRandom(seed)
  const bananas = [0, 1, 2, 3, 4].flatMap((slice): Shape[] => {
    const at: Point = [610 + slice * 70, 480 + Math.abs(slice - 2) * 22]
    return [circle(at, 54, '#f2d98f'), circle(at, 46, '#f9edc4'), ...ring(at, 14, 3, 5, '#d9b96a')]
  })
  const granola = scattered(random, [860, 720], 150, 120, ([x, y]) =>
    circle([x, y], 8 + random() * 11, ['#c08a4a', '#a9743a', '#d6a568'][Math.floor(random() * 3)] ?? ''),
  )
  const blueberries = scattered(random, [610, 680], 110, 26, (at) => circle(at, 27, '#3d4d7d')).flatMap(
    (berry) => {
      const [x, y] = berry.points[24] ?? [0, 0]
      return [berry, circle([x + 27, y - 3], 10, '#2c3960'), circle([x + 20, y - 11], 6, '#7584b5')]
    },
  )
  const strawberries = [
    [960, 560],
    [1020, 640],
    [920, 610],
  ].flatMap(([x = 0, y = 0]) => [
    limb([x, y], [x + 18, y + 56], 42, 15, '#d8433e'),
    limb([x, y + 6], [x + 12, y + 38], 24, 8, '#ef8078'),
    limb([x, y + 10], [x + 8, y + 28], 10, 4, '#f9c9c0'),
  ])
  return table('#dcd3c6', '#c4b8a6', [
    plate(420, '#ffffff', '#f1ede6'),
    toSvg([
      circle(middle, 340, '#fdfbf7'),
      circle([760, 560], 250, '#ffffff'),
      ...bananas,
      ...granola,
      ...blueberries,
      ...strawberries,
      ...leaves(random, [1000, 500], 46, 3),
    ]),
    cutlery(),
  ])
}

/** Half a plate of vegetables, a quarter of protein, a quarter of grains. */
export function balancedPlate(seed: number): Scene {
  const random = seededRandom(seed)
  const grains = scattered(random, [960, 740], 165, 260, ([x, y]) =>
    circle([x, y], 7 + random() * 4, random() > 0.5 ? '#d7b377' : '#c49a58'),
  )
  const chicken = [0, 1, 2, 3].flatMap((slice): Shape[] => {
    const at: Point = [850 + slice * 66, 400 + slice * 36]
    return [
      limb(at, [at[0] + 52, at[1] + 110], 38, 32, '#c98d55'),
      limb(at, [at[0] + 50, at[1] + 106], 29, 24, '#f0d7b3'),
      line([at[0] + 2, at[1] + 20], [at[0] + 40, at[1] + 90], 8, '#e3c092'),
    ]
  })
  const carrots = [0, 1, 2, 3, 4].map((stick) =>
    limb(
      [500 + stick * 46, 780 + (stick % 2) * 24],
      [560 + stick * 46, 900 - stick * 9],
      21,
      14,
      stick % 2 ? '#ee8d3c' : '#e57a2b',
    ),
  )
  const broccoli = [
    [580, 420],
    [680, 370],
    [520, 530],
    [650, 520],
  ].flatMap(([x = 0, y = 0]) => [
    limb([x + 16, y + 20], [x + 62, y + 74], 20, 17, '#a9c77d'),
    ...scattered(random, [x, y], 44, 22, (at) =>
      circle(at, 17 + random() * 10, ['#3f7a3d', '#4f8d49', '#336934'][Math.floor(random() * 3)] ?? ''),
    ),
  ])
  return table('#4d6a66', '#3b5450', [
    plate(440, '#fbf8f2', '#efe9df'),
    toSvg([
      ...leaves(random, [610, 650], 150, 16),
      ...carrots,
      ...broccoli,
      ...[
        [700, 640],
        [620, 700],
      ].flatMap(([x = 0, y = 0]) => tomato([x, y])),
      ...grains,
      ...chicken,
    ]),
    cutlery(),
  ])
}

function table(light: string, deep: string, layers: string[]): Scene {
  const boards = [150, 420, 690, 960].map(
    (y) => `<rect y="${y}" width="1600" height="5" fill="#000" opacity="0.08"/>`,
  )
  return {
    ...size,
    content: `<defs><linearGradient id="table" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${light}"/><stop offset="1" stop-color="${deep}"/></linearGradient>
<radialGradient id="dish"><stop offset="0.8" stop-color="#000" stop-opacity="0.45"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient>
<linearGradient id="daylight" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff6e2" stop-opacity="0.3"/><stop offset="0.55" stop-color="#fff6e2" stop-opacity="0"/></linearGradient></defs>
<rect width="1600" height="1200" fill="url(#table)"/>${boards.join('')}${layers.join('')}<rect width="1600" height="1200" fill="url(#daylight)"/>`,
  }
}

function plate(radius: number, rim: string, well: string): string {
  const [x, y] = middle
  return `<circle cx="${x + 22}" cy="${y + 34}" r="${radius * 1.14}" fill="url(#dish)"/>${toSvg([circle(middle, radius, rim), circle(middle, radius * 0.86, well)])}`
}

function cutlery(): string {
  const tines = [0, 1, 2, 3].map((tine) => line([176 + tine * 24, 330], [176 + tine * 24, 450], 9, '#e9e9e6'))
  return toSvg([
    ...tines,
    limb([212, 460], [212, 500], 40, 14, '#e9e9e6'),
    limb([212, 500], [212, 900], 12, 17, '#dededa'),
    limb([1390, 360], [1390, 560], 22, 30, '#e9e9e6'),
    limb([1390, 560], [1390, 900], 14, 18, '#dededa'),
  ])
}

function egg(at: Point): Shape[] {
  return [
    circle(at, 74, '#ffffff'),
    circle([at[0] + 4, at[1] + 4], 38, '#f3a73b'),
    circle([at[0] - 6, at[1] - 8], 14, '#f9cb7c'),
  ]
}

function tomato(at: Point): Shape[] {
  return [
    circle(at, 50, '#c8392f'),
    circle(at, 43, '#e2574a'),
    ...ring(at, 24, 10, 5, '#f4a08c'),
    circle(at, 7, '#f7c6b4'),
  ]
}

function cucumber(at: Point): Shape[] {
  return [circle(at, 56, '#4f8a4b'), circle(at, 49, '#d8eac0'), ...ring(at, 22, 5, 8, '#b5d196')]
}

function ring([x, y]: Point, distance: number, radius: number, count: number, fill: string): Shape[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (index / count) * 2 * Math.PI
    return circle([x + distance * Math.cos(angle), y + distance * Math.sin(angle)], radius, fill)
  })
}

function leaves(random: () => number, around: Point, spread: number, count: number): Shape[] {
  return scattered(random, around, spread, count, ([x, y]) => [x, y] as const).flatMap(([x, y]) => {
    const angle = random() * 2 * Math.PI
    const tip: Point = [x + 120 * Math.cos(angle), y + 120 * Math.sin(angle)]
    return [
      limb([x, y], tip, 44, 10, random() > 0.5 ? '#5f9a4e' : '#77b062'),
      line([x, y], tip, 4, '#a5cf8e'),
    ]
  })
}

function scattered<T>(
  random: () => number,
  [x, y]: Point,
  radius: number,
  count: number,
  make: (at: Point) => T,
): T[] {
  return Array.from({ length: count }, () => {
    const angle = random() * 2 * Math.PI
    const distance = radius * Math.sqrt(random())
    return make([x + distance * Math.cos(angle), y + distance * Math.sin(angle)])
  })
}
