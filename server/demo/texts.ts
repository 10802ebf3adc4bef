import { seededRandom } from './shapes.ts'

/** Eight weeks of sessions, as a training app exports them. */
export function trainingLog(): Buffer {
  const random = seededRandom(11)
  const rows = ['date,session,minutes,distance_km,effort_0_to_10,pain_0_to_10,comment']
  const sessions = ['Strength', 'Run', 'Mobility']
  const comments = [
    '',
    'Felt easy',
    'Knee stiff at the start, fine after',
    'Slept badly',
    'Côte de la Montagne, twice',
    '',
  ]
  for (let index = 0; index < 24; index++) {
    const day = new Date(Date.UTC(2026, 0, 5 + Math.floor((index * 7) / 3)))
    const session = sessions[index % 3] ?? ''
    const minutes = 20 + Math.floor(random() * 8) * 5
    const distance = session === 'Run' ? (minutes * (0.13 + random() * 0.03)).toFixed(1) : ''
    const pain = Math.max(0, Math.round(4 - index / 6 + random() * 2 - 1))
    const comment = comments[Math.floor(random() * comments.length)] ?? ''
    const effort = 3 + Math.floor(random() * 5)
    rows.push(
      [day.toISOString().slice(0, 10), session, minutes, distance, effort, pain, `"${comment}"`].join(','),
    )
  }
  return Buffer.from(`${rows.join('\r\n')}\r\n`)
}

export function sessionNotes(): Buffer {
  return Buffer.from(`Session notes – week 3

Came in walking normally. Stairs are better, sitting through a film still aches.

Done
- Half squats 3 x 10, knees tracking well
- Step-ups 3 x 8 on 20 cm, left side tires first
- Bridges 3 x 12, holds of 2 s

Measured
- Knee flexion 135° / 138°
- Single-leg squats in 30 s: 14 right, 17 left

Next time
- Add split squats if pain stays at 2 or below
- Film the squat from the side again and compare
- Ask about shoes (« semelles usées » according to the physio)
`)
}
