import { recordBreathing } from './audio.ts'
import { balancedPlate, breakfast, salmonBowl } from './meals.ts'
import { type Scene, takePhoneSnapshot, takePhoto } from './photos.ts'
import { homeGym, trailRun } from './places.ts'
import { exercise, gaitAnalysis, postureFront, postureSide, progress } from './rooms.ts'
import { nutritionBasics, referralLetter } from './sheets-advice.ts'
import { kneeExercises, runningPlan } from './sheets-exercise.ts'
import { sessionNotes, trainingLog } from './texts.ts'
import { filmSquats } from './video.ts'

type Recipe = { name: string; type: string; make: () => Buffer | Promise<Buffer> }

const pdf = (name: string, make: () => Buffer): Recipe => ({
  name: `${name}.pdf`,
  type: 'application/pdf',
  make,
})
const jpeg = (name: string, scene: () => Scene): Recipe => ({
  name: `${name}.jpg`,
  type: 'image/jpeg',
  make: () => takePhoto(scene(), 'jpeg'),
})

const recipes = {
  'knee-exercises': pdf('Home exercises – knee', kneeExercises),
  'nutrition-basics': pdf('Nutrition basics', nutritionBasics),
  'referral-letter': pdf('Referral – Dr’s letter', referralLetter),
  'running-plan': pdf('Reprise de la course – 8 semaines', runningPlan),
  'squat-technique': { name: 'Squat technique.mp4', type: 'video/mp4', make: filmSquats },
  'breathing-audio': { name: 'Breathing 4-6.mp3', type: 'audio/mpeg', make: recordBreathing },
  'posture-front': {
    name: 'Posture front.jpg',
    type: 'image/jpeg',
    make: () => takePhoneSnapshot(postureFront(), '2026:02:10 09:12:00'),
  },
  'posture-side': jpeg('Posture side', postureSide),
  'gait-analysis': {
    name: 'Gait analysis 2.png',
    type: 'image/png',
    make: () => takePhoto(gaitAnalysis(), 'png'),
  },
  'meal-1': jpeg('Lunch – salmon bowl', () => salmonBowl(1)),
  'meal-2': { name: 'Breakfast.webp', type: 'image/webp', make: () => takePhoto(breakfast(2), 'webp') },
  'meal-3': jpeg('Dinner, half vegetables', () => balancedPlate(3)),
  'stretch-hamstring': jpeg('Hamstring stretch', () => exercise('hamstring', 'coral', 'sage')),
  plank: jpeg('Plank', () => exercise('plank', 'teal', 'sky', 10)),
  'glute-bridge': jpeg('Glute bridge', () => exercise('bridge', 'sand', 'rose', 11)),
  lunge: jpeg('Lunge', () => exercise('lunge', 'coral', 'sand', 9)),
  'step-up': jpeg('Step-up', () => exercise('stepUp', 'teal', 'rose', 8)),
  'progress-week-1': jpeg('Week 1', () => progress(1)),
  'progress-week-6': jpeg('Week 6', () => progress(0.5)),
  'progress-week-12': jpeg('Week 12', () => progress(0)),
  'trail-run': jpeg('Morning run', () => trailRun(4)),
  'home-gym': jpeg('My home gym', homeGym),
  'training-log-csv': { name: 'Training log.csv', type: 'text/csv', make: trainingLog },
  'notes-text': { name: 'Session notes.txt', type: 'text/plain', make: sessionNotes },
} satisfies Record<string, Recipe>

export type DemoKey = keyof typeof recipes

export type DemoFile = { key: DemoKey; name: string; type: string; bytes: Buffer }

/** The demo's files, drawn and encoded here, alike each time; one after the other, to bound the memory. */
export async function demoMedia(): Promise<DemoFile[]> {
  const files: DemoFile[] = []
  for (const key of Object.keys(recipes) as DemoKey[]) {
    const { name, type, make } = recipes[key]
    files.push({ key, name, type, bytes: await make() })
  }
  return files
}
