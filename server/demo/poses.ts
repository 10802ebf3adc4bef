import type { Look, Pose } from './figure.ts'

/** A squat, from standing (0) to the bottom (1). */
export function squatAt(depth: number): Pose {
  const leg = { thigh: 3 + 82 * depth, shin: -2 - 30 * depth }
  const arm = { upper: 4 + 82 * depth, fore: 10 + 78 * depth }
  return { trunk: 2 + 36 * depth, head: 4 + 12 * depth, near: leg, far: leg, nearArm: arm, farArm: arm }
}

/** A step, at a moment of the cycle from 0 to 1; the two legs are half a cycle apart. */
export function walkAt(moment: number): Pose {
  const swing = Math.sin(moment * 2 * Math.PI)
  const lift = Math.max(0, Math.cos(moment * 2 * Math.PI))
  const otherLift = Math.max(0, -Math.cos(moment * 2 * Math.PI))
  return {
    trunk: 5,
    head: 6,
    near: { thigh: 4 + 24 * swing, shin: -4 + 20 * swing - 46 * lift, foot: 92 + 16 * swing - 24 * lift },
    far: {
      thigh: 4 - 24 * swing,
      shin: -4 - 20 * swing - 46 * otherLift,
      foot: 92 - 16 * swing - 24 * otherLift,
    },
    nearArm: { upper: -26 * swing, fore: 26 - 24 * swing },
    farArm: { upper: 26 * swing, fore: 26 + 24 * swing },
  }
}

const standingLeg = { thigh: 1, shin: -2 }
const hanging = { upper: -2, fore: 8 }

export const poses = {
  standing: { trunk: 1, head: 4, near: standingLeg, far: standingLeg, nearArm: hanging, farArm: hanging },
  lunge: {
    trunk: 3,
    head: 3,
    near: { thigh: 82, shin: -6 },
    far: { thigh: -14, shin: -84, foot: 20 },
    nearArm: { upper: -18, fore: 66 },
    farArm: { upper: -18, fore: 66 },
  },
  plank: {
    trunk: 80,
    head: 78,
    near: { thigh: -78, shin: -80, foot: 12 },
    far: { thigh: -78, shin: -80, foot: 12 },
    nearArm: { upper: 2, fore: 86 },
    farArm: { upper: 2, fore: 86 },
  },
  bridge: {
    trunk: -115,
    head: -96,
    near: { thigh: 112, shin: -8 },
    far: { thigh: 112, shin: -8 },
    nearArm: { upper: 84, fore: 90 },
    farArm: { upper: 84, fore: 90 },
  },
  hamstring: {
    trunk: 34,
    head: 36,
    near: { thigh: 87, shin: 87, foot: 176 },
    far: { thigh: 87, shin: 87, foot: 176 },
    nearArm: { upper: 62, fore: 66 },
    farArm: { upper: 62, fore: 66 },
  },
  legRaise: {
    trunk: -90,
    head: -84,
    near: { thigh: 122, shin: 122, foot: 200 },
    far: { thigh: 112, shin: 10 },
    nearArm: { upper: 84, fore: 88 },
    farArm: { upper: 84, fore: 88 },
  },
  stepUp: {
    trunk: 12,
    head: 8,
    near: { thigh: 74, shin: -8 },
    far: { thigh: -8, shin: -16, foot: 74 },
    nearArm: { upper: -20, fore: 30 },
    farArm: { upper: 30, fore: 70 },
  },
  tree: {
    trunk: 0,
    head: 0,
    near: { thigh: 62, shin: -66, foot: 30 },
    far: { thigh: 0, shin: 0 },
    nearArm: { upper: 160, fore: 184 },
    farArm: { upper: 160, fore: 184 },
  },
  run: {
    trunk: 12,
    head: 8,
    near: { thigh: 54, shin: -34, foot: 66 },
    far: { thigh: -22, shin: -76, foot: 10 },
    nearArm: { upper: -44, fore: 40 },
    farArm: { upper: 34, fore: 118 },
  },
} satisfies Record<string, Pose>

export const looks = {
  teal: {
    skin: { lit: '#d9a27e', shade: '#b9825f' },
    hair: { lit: '#4a342a', shade: '#3a2820' },
    top: { lit: '#1d7d70', shade: '#14594f' },
    shorts: { lit: '#2f3a44', shade: '#232c34' },
    shoes: { lit: '#f0eee9', shade: '#cbc6bd' },
  },
  coral: {
    skin: { lit: '#8d5a3f', shade: '#6f442e' },
    hair: { lit: '#211814', shade: '#16100d' },
    top: { lit: '#e08a63', shade: '#b86a47' },
    shorts: { lit: '#3d4f5c', shade: '#2d3b45' },
    shoes: { lit: '#f4e9dc', shade: '#d2c3b1' },
  },
  sand: {
    skin: { lit: '#eec3a4', shade: '#cf9f7e' },
    hair: { lit: '#a8713c', shade: '#86582d' },
    top: { lit: '#f3efe6', shade: '#cfc8b9' },
    shorts: { lit: '#6f8f7f', shade: '#557163' },
    shoes: { lit: '#35566b', shade: '#274152' },
  },
} satisfies Record<string, Look>
