import { drawSide, jointsOf, type Pose } from './figure.ts'
import { createSheet, paper, type Sheet } from './pdf.ts'
import { looks, poses, squatAt } from './poses.ts'
import { boundsOf, circle, line, type Point, rectangle, type Shape } from './shapes.ts'
import { accent, addBanner, addList, column, fitted, ink2, margin } from './sheet-parts.ts'

export function kneeExercises(): Buffer {
  const sheet = createSheet({ title: 'Home exercises: knee', language: 'en' })
  sheet.addPage()
  addBanner(
    sheet,
    'Home exercises: knee',
    'Three times a week · about 15 minutes · no equipment but a step',
    accent,
  )
  sheet.addShapes(fitted(drawSide(squatAt(0.55), looks.coral), [452, 22, 106, 96]))
  let y = sheet.addText(
    'Warm up for five minutes: walk on the spot or ride a bicycle. Move slowly, breathe out on the effort, and stay where the movement is smooth. A light ache of up to 3 out of 10 is fine if it is gone the next morning; if it is not, do half as many and tell us.',
    [margin, 172],
    { width: column, colour: ink2, size: 11 },
  )
  const exercises: Array<[name: string, dose: string, drawing: Shape[], cues: string[]]> = [
    [
      '1. Half squat',
      '3 × 10 · rest 1 min',
      drawn(squatAt(0.5)),
      [
        'Feet as wide as the hips, toes slightly out',
        'Sit back as if on a chair, weight on the heels',
        'Knees follow the toes and do not fall inwards',
      ],
    ],
    [
      '2. Step-up',
      '3 × 8 each side · rest 1 min',
      [...step(), ...drawn(poses.stepUp)],
      [
        'The whole foot on a step of 15 to 20 cm',
        'Push through the heel and stand tall',
        'Come down in three seconds',
      ],
    ],
    [
      '3. Bridge',
      '3 × 12 · hold 2 s at the top',
      drawn(poses.bridge),
      [
        'Lie on your back, knees bent, arms along the body',
        'Lift the hips until knees, hips and shoulders line up',
        'Lower one vertebra at a time',
      ],
    ],
    [
      '4. Straight leg raise',
      '3 × 10 each side',
      drawn(poses.legRaise),
      [
        'One knee bent, the other leg straight',
        'Tighten the thigh, then lift to the height of the knee',
        'Keep the back still',
      ],
    ],
    [
      '5. Split squat',
      '2 × 8 each side · rest 90 s',
      drawn(poses.lunge),
      [
        'A long step; the back heel leaves the floor',
        'Lower straight down, the trunk upright',
        'The front shin stays almost vertical',
      ],
    ],
    [
      '6. Hamstring stretch',
      '2 × 30 s each side',
      drawn(poses.hamstring),
      [
        'Legs straight, toes up',
        'Reach from the hips with a long back',
        'A pull behind the thigh, never behind the knee',
      ],
    ],
  ]
  y += 10
  for (const [name, dose, drawing, cues] of exercises) {
    if (y > 640) {
      sheet.addPage()
      y = margin
    }
    addExercise(sheet, y, name, dose, drawing, cues)
    y += 172
  }
  sheet.addPage()
  addLog(sheet)
  return sheet.toBuffer()
}

function addExercise(
  sheet: Sheet,
  y: number,
  name: string,
  dose: string,
  drawing: Shape[],
  cues: string[],
): void {
  sheet.addShapes([
    rectangle([margin, y], column, 156, '#f4f1ec', 12),
    rectangle([margin + 12, y + 12], 170, 132, '#ffffff', 8),
    line([margin + 28, y + 128], [margin + 166, y + 128], 1.5, '#cfc8bc'),
    ...fitted(drawing, [margin + 26, y + 22, 142, 105]),
  ])
  const x = margin + 204
  sheet.addText(name, [x, y + 34], { size: 14, bold: true })
  sheet.addText(dose, [x, y + 54], { size: 11, bold: true, colour: accent })
  let next = y + 78
  for (const cue of cues) {
    sheet.addShapes([circle([x + 2.5, next - 3.5], 2, accent)])
    next = sheet.addText(cue, [x + 13, next], { width: column - 230 }) + 2
  }
}

function addLog(sheet: Sheet): void {
  sheet.addText('My weeks', [margin, 84], { size: 22, bold: true })
  sheet.addText('Tick each session, and note the worst pain of the day from 0 to 10.', [margin, 108], {
    colour: ink2,
    size: 11,
  })
  const days = ['Week', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  const cell = column / days.length
  days.forEach((day, index) => {
    sheet.addText(day, [margin + index * cell + 6, 150], { bold: true, colour: accent })
  })
  for (let week = 1; week <= 8; week++) {
    const y = 164 + (week - 1) * 44
    sheet.addShapes([line([margin, y], [paper.width - margin, y], 0.6, '#d9d4cb')])
    sheet.addText(String(week), [margin + 6, y + 27], { bold: true })
    sheet.addShapes(days.slice(1).flatMap((_, index) => checkbox([margin + (index + 1) * cell + 6, y + 12])))
  }
  sheet.addShapes([rectangle([margin, 556], column, 138, '#fbeee7', 12)])
  sheet.addText('Stop and call us if', [margin + 20, 586], { size: 13, bold: true, colour: '#a8431f' })
  const signs = [
    'the knee swells, locks or gives way',
    'pain wakes you at night or lasts more than a day',
    'the calf becomes hot, red or very sore',
  ]
  signs.forEach((sign, index) => {
    sheet.addText(`•  ${sign}`, [margin + 20, 612 + index * 22], { size: 11 })
  })
}

export function runningPlan(): Buffer {
  const sheet = createSheet({ title: 'Reprise de la course : huit semaines', language: 'fr' })
  sheet.addPage()
  addBanner(
    sheet,
    'Reprise de la course',
    'Huit semaines, trois sorties par semaine, sans se presser',
    '#35566b',
  )
  sheet.addShapes(fitted(drawSide(poses.run, looks.sand), [440, 18, 118, 104]))
  const weeks = [
    '8 × (1 min course, 2 min marche)',
    '8 × (1 min 30 course, 1 min 30 marche)',
    '6 × (2 min course, 1 min marche)',
    '5 × (3 min course, 1 min marche)',
    '4 × (5 min course, 1 min marche)',
    '3 × (8 min course, 1 min marche)',
    '2 × (12 min course, 1 min marche)',
    '30 min en continu, à l’aise',
  ]
  weeks.forEach((plan, index) => {
    const y = 178 + index * 54
    sheet.addShapes([
      rectangle([margin, y], column, 44, '#f1f4f5', 10),
      rectangle([margin, y], 40 + (column - 40) * ((index + 1) / 8), 44, '#d8e5ea', 10),
      circle([margin + 24, y + 22], 14, '#35566b'),
    ])
    sheet.addText(String(index + 1), [margin + 20.5, y + 26.5], { size: 12, bold: true, colour: '#ffffff' })
    sheet.addText(plan, [margin + 54, y + 26.5], { size: 12 })
  })
  addList(sheet, 640, 'Règles du jeu', [
    'Pouvoir parler en courant : c’est la bonne allure',
    'Douleur au-delà de 3 sur 10 : refaire la semaine précédente',
    'Un jour de repos entre deux sorties',
  ])
  return sheet.toBuffer()
}

function checkbox([x, y]: Point): Shape[] {
  return [rectangle([x, y], 20, 20, '#b9b4aa', 5), rectangle([x + 1, y + 1], 18, 18, '#ffffff', 4)]
}

function drawn(pose: Pose): Shape[] {
  return drawSide(pose, looks.teal)
}

/** What the near foot of a step-up stands on. */
function step(): Shape[] {
  const { ankle, toe } = jointsOf(poses.stepUp, [0, 0], 1)
  const { bottom } = boundsOf(drawn(poses.stepUp))
  const top = ankle[1] + 4.2
  return [rectangle([ankle[0] - 6, top], toe[0] - ankle[0] + 12, bottom - top, '#c9a87f', 1)]
}
