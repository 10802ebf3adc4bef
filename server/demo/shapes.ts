/** A place in a drawing: x to the right, y downwards. */
export type Point = readonly [x: number, y: number]

/** A filled polygon, the one thing that pictures, film and sheets all know how to draw. */
export type Shape = { fill: string; points: Point[] }

export function circle([x, y]: Point, radius: number, fill: string): Shape {
  return { fill, points: arc([x, y], radius, 0, 2 * Math.PI, 72) }
}

/** The hull of two circles: a limb, thicker at one end. */
export function limb(from: Point, to: Point, fromRadius: number, toRadius: number, fill: string): Shape {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const length = Math.hypot(dx, dy)
  if (length <= Math.abs(fromRadius - toRadius))
    return fromRadius > toRadius ? circle(from, fromRadius, fill) : circle(to, toRadius, fill)
  const heading = Math.atan2(dy, dx)
  const lean = Math.acos((fromRadius - toRadius) / length)
  return {
    fill,
    points: [
      ...arc(to, toRadius, heading - lean, heading + lean, 16),
      ...arc(from, fromRadius, heading + lean, heading + 2 * Math.PI - lean, 16),
    ],
  }
}

export function line(from: Point, to: Point, width: number, fill: string): Shape {
  return limb(from, to, width / 2, width / 2, fill)
}

export function rectangle([x, y]: Point, width: number, height: number, fill: string, radius = 0): Shape {
  const corner = (cx: number, cy: number, start: number) =>
    arc([cx, cy], radius, start, start + Math.PI / 2, radius > 0 ? 8 : 0)
  return {
    fill,
    points: [
      ...corner(x + width - radius, y + height - radius, 0),
      ...corner(x + radius, y + height - radius, Math.PI / 2),
      ...corner(x + radius, y + radius, Math.PI),
      ...corner(x + width - radius, y + radius, 1.5 * Math.PI),
    ],
  }
}

/** A band along part of a circle, as an angle is marked. Angles in radians, clockwise from the right. */
export function sweep(
  centre: Point,
  radius: number,
  start: number,
  end: number,
  width: number,
  fill: string,
): Shape {
  return {
    fill,
    points: [
      ...arc(centre, radius + width / 2, start, end, 24),
      ...arc(centre, radius - width / 2, start, end, 24).reverse(),
    ],
  }
}

export function moved(shapes: Shape[], [dx, dy]: Point, scale = 1): Shape[] {
  return shapes.map(({ fill, points }) => ({
    fill,
    points: points.map(([x, y]): Point => [dx + x * scale, dy + y * scale]),
  }))
}

export function boundsOf(shapes: Shape[]): { left: number; right: number; top: number; bottom: number } {
  const points = shapes.flatMap((shape) => shape.points)
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

export function toSvg(shapes: Shape[]): string {
  return shapes
    .map(({ fill, points }) => {
      const path = points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')
      return `<path fill="${fill}" d="M${path}Z"/>`
    })
    .join('')
}

/** Numbers in [0, 1), the same at every run for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function arc([x, y]: Point, radius: number, start: number, end: number, steps: number): Point[] {
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const angle = steps === 0 ? start : start + ((end - start) * step) / steps
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
  })
}
