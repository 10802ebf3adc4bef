import { createSheet } from './pdf.ts'
import { circle, limb, line, type Point, rectangle, sweep } from './shapes.ts'
import { addBanner, addList, column, ink2, margin } from './sheet-parts.ts'

export function nutritionBasics(): Buffer {
  const sheet = createSheet({ title: 'Nutrition basics', language: 'en' })
  sheet.addPage()
  addBanner(sheet, 'Nutrition basics', 'A plate, a glass and a habit: enough to begin with', '#8a5a2b')
  const plate: Point = [176, 296]
  const slice = (start: number, end: number, fill: string) =>
    sweep(plate, 42, start * Math.PI, end * Math.PI, 84, fill)
  sheet.addShapes([
    circle([plate[0] + 3, plate[1] + 5], 116, '#e4ddd1'),
    circle(plate, 114, '#fbf8f2'),
    circle(plate, 98, '#efe9df'),
    slice(0.51, 1.49, '#7fae6c'),
    slice(1.51, 1.99, '#e39a72'),
    slice(0.01, 0.49, '#d9b777'),
    ...[18, 30, 42].map((x) => line([x, 222], [x, 258], 3, '#b9b4aa')),
    limb([30, 262], [30, 380], 6, 4, '#b9b4aa'),
  ])
  const parts: Array<[string, string, string]> = [
    ['Half: vegetables and fruit', 'Two colours at least. Frozen ones are as good.', '#5c8a4b'],
    ['A quarter: protein', 'Fish, eggs, tofu, lentils, poultry: a palm of it.', '#b86a47'],
    ['A quarter: whole grains', 'Rice, oats, quinoa, bread: a fist of it.', '#94732f'],
  ]
  parts.forEach(([name, detail, colour], index) => {
    const y = 228 + index * 58
    sheet.addShapes([circle([327, y - 5], 6, colour)])
    sheet.addText(name, [344, y], { size: 12.5, bold: true })
    sheet.addText(detail, [344, y + 18], { colour: ink2, width: 220 })
  })
  let y = addList(sheet, 462, 'Every day', [
    'Water first: a glass with each meal and one in between, more when you train',
    'Protein at breakfast too: it keeps hunger away until noon',
    'Eat within two hours after training: a yogurt with fruit will do',
    'Cook once, eat twice: soups and grains keep four days',
  ])
  y = addList(sheet, y + 16, 'Not worth the worry', [
    'Eating late, now and then',
    'A dessert that you enjoy sitting down',
    'The scale from one day to the next',
  ])
  sheet.addPage()
  sheet.addText('A day, for example', [margin, 84], { size: 22, bold: true })
  const day: Array<[string, string, string]> = [
    ['07:00', 'Breakfast', 'Oats with milk, a banana, walnuts; coffee or tea'],
    ['10:30', 'Snack', 'An apple and a piece of cheese'],
    ['12:30', 'Lunch', 'Lentil salad, roast vegetables, a slice of whole wheat bread'],
    ['16:30', 'Before training', 'A granola bar or half a bagel, water'],
    ['19:00', 'Dinner', 'Salmon, brown rice, broccoli and carrots, lemon'],
    ['21:00', 'If hungry', 'Plain yogurt with berries'],
  ]
  day.forEach(([hour, meal, food], index) => {
    const top = 112 + index * 62
    sheet.addShapes([rectangle([margin, top], column, 52, index % 2 ? '#fbf8f2' : '#f4efe5', 10)])
    sheet.addText(hour, [margin + 18, top + 31], { size: 12, bold: true, colour: '#8a5a2b' })
    sheet.addText(meal, [margin + 86, top + 23], { size: 12, bold: true })
    sheet.addText(food, [margin + 86, top + 40], { colour: ink2 })
  })
  sheet.addText(
    'General advice, not a diet. Allergies, pregnancy, diabetes or medication: ask us or your dietitian first.',
    [margin, 520],
    { width: column, colour: ink2 },
  )
  return sheet.toBuffer()
}

export function referralLetter(): Buffer {
  const sheet = createSheet({ title: 'Lettre de référence', language: 'fr' })
  sheet.addPage()
  sheet.addShapes([
    rectangle([margin, 50], 34, 34, '#35566b', 9),
    line([71, 58], [71, 76], 6, '#ffffff'),
    line([62, 67], [80, 67], 6, '#ffffff'),
  ])
  sheet.addText('Clinique de médecine familiale des Érables', [100, 65], { size: 13, bold: true })
  sheet.addText('Médecine sportive · sur rendez-vous', [100, 81], { colour: ink2 })
  sheet.addText('Le 11 février 2026', [margin, 140])
  sheet.addText('Objet : référence en kinésiologie – genou droit', [margin, 176], { size: 12, bold: true })
  const paragraphs = [
    'Chère collègue, cher collègue,',
    'Je vous adresse cette personne de 42 ans, active, pour une douleur antérieure du genou droit présente depuis trois mois, apparue à la reprise de la course à pied. La douleur augmente à la descente des escaliers et en position assise prolongée ; aucun blocage, aucun épisode d’instabilité.',
    'À l’examen : amplitude complète, pas d’épanchement, ligaments stables, sensibilité au pôle inférieur de la rotule, faiblesse relative du quadriceps et des abducteurs de la hanche. Les radiographies sont sans particularité.',
    'Impression : syndrome fémoropatellaire, sans signe d’alarme.',
    'Je vous saurais gré d’évaluer la technique de squat et de course, puis d’établir un programme de renforcement progressif, avec un retour à la course d’ici huit à dix semaines. Aucune restriction, sinon les sauts répétés pendant les quatre premières semaines. Merci de me transmettre un court bilan après six semaines.',
    'Veuillez agréer mes salutations distinguées.',
  ]
  let y = 206
  for (const paragraph of paragraphs)
    y = sheet.addText(paragraph, [margin, y], { width: column, size: 11 }) + 10
  const stroke: Point[] = Array.from({ length: 42 }, (_, at) => [
    60 + at * 3.1,
    y + 22 + 13 * Math.sin(at * 0.62) * Math.cos(at * 0.17),
  ])
  sheet.addShapes(stroke.slice(1).map((point, at) => line(stroke[at] ?? point, point, 1.5, '#26435a')))
  sheet.addText('Dre A. Exemple, médecin de famille', [margin, y + 62], { bold: true })
  sheet.addText('Modèle fictif, créé pour la démonstration.', [margin, 738], { size: 8.5, colour: ink2 })
  return sheet.toBuffer()
}
