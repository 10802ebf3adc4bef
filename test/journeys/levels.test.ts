import { LEVELS, type Level } from '../../core/visibility.ts'
import { expect } from '../browser.ts'
import { expectNoAxeViolations } from '../browser-checks.ts'
import { createWorld } from '../world.ts'
import { fillDevice } from './device.ts'
import {
  choose,
  dropFromDevice,
  expectList,
  expectStill,
  openClient,
  openItem,
  row,
  undo,
} from './files-page.ts'
import { journey, type Stage } from './journey.ts'

const FILES = {
  me: '1 me.txt',
  branch: '2 branch.txt',
  company: '3 company.txt',
  me_client: '4 me and client.txt',
  company_client: '5 company and client.txt',
  everybody: '6 everybody.txt',
} as const satisfies Record<Level, string>

/** A file of each level by Élise of Laval, one more within a folder of hers, and everybody who could be involved. */
async function setScene(t: Stage['t']) {
  const world = await createWorld(t)
  const parc = await world.addCompany({ name: 'Clinique du Parc', branches: ['Laval', 'Québec'] })
  const benali = await world.addCompany({ name: 'Nadia Benali, nutrition', branches: ['Montréal'] })
  const at = (branch: string) => ({ branches: [branch] })
  const elise = await world.addProfessional(parc, 'employee', { name: 'Élise Gagnon', ...at('Laval') })
  const thomas = await world.addProfessional(parc, 'employee', { name: 'Thomas Nguyen', ...at('Laval') })
  const julie = await world.addProfessional(parc, 'employee', { name: 'Julie Martin', ...at('Québec') })
  const paul = await world.addProfessional(parc, 'read_only', { name: 'Paul Lefebvre', ...at('Laval') })
  const amelie = await world.addProfessional(parc, 'super_admin', { name: 'Amélie Roy' })
  const nadia = await world.addProfessional(benali, 'super_admin', { name: 'Nadia Benali' })
  const camille = await world.addClient(parc, { name: 'Camille Dubois', ...at('Laval') })
  for (const one of [elise, thomas, julie, paul, nadia]) await world.setStakeholder(camille, one)

  const { spaceId } = camille
  const { api, upload } = await world.signIn(elise)
  for (const level of LEVELS) await upload(level, { name: FILES[level], spaceId, level })
  const notes = await api.files.createFolder({ spaceId, parentId: null, name: 'Notes' })
  await upload('within', { name: 'Within.txt', spaceId, parentId: notes.id, level: 'company' })
  return { world, elise, thomas, julie, paul, amelie, nadia, camille }
}

journey(
  'colleagues, an administrator and an external see of each level what it allows',
  async ({ t, enter }) => {
    const { world, elise, thomas, julie, amelie, nadia, camille } = await setScene(t)
    const { branch, company, company_client, everybody } = FILES
    const seen = [
      [elise, ['Notes', ...Object.values(FILES)]],
      [thomas, ['Notes', branch, company, company_client, everybody]],
      [julie, ['Notes', company, company_client, everybody]],
      [amelie, ['Notes', branch, company, company_client, everybody]],
      [nadia, [everybody]],
    ] as const
    for (const [one, names] of seen) {
      const page = await enter(world, one)
      await openClient(page, 'Camille Dubois')
      await expectList(page, names)
      await page.keyboard.press('/')
      await page.getByRole('searchbox', { name: 'Search in these files' }).fill('.txt')
      const found = [
        ...names.filter((name) => name !== 'Notes'),
        ...(names[0] === 'Notes' ? ['Within.txt'] : []),
      ]
      await expectList(page, found)
    }
    const small = await enter(world, thomas, { phone: true })
    await openClient(small, 'Camille Dubois')
    await expectList(small, ['Notes', branch, company, company_client, everybody])
    for (const name of [branch, company_client]) {
      const owner = row(small, name).getByText('Élise Gagnon')
      await expect(owner, 'whose it is finds room').toBeInViewport({ ratio: 1 })
    }
    const phone = await enter(world, camille, { phone: true })
    await phone.goto(`${world.origin}/files?sort=name`)
    await expect(phone.getByRole('region', { name: 'Everything' }).getByRole('listitem')).toHaveText([
      /^4 me and client/,
      /^5 company and client/,
      /^6 everybody/,
    ])
  },
)

journey(
  'what keeps others of a selection from being changed is left out by one press',
  async ({ t, enter }) => {
    const { world, thomas, camille } = await setScene(t)
    const { upload } = await world.signIn(thomas)
    const { spaceId } = camille
    await upload('Mine', { name: 'Mine.txt', spaceId, level: 'branch' })
    await upload('Mine too', { name: 'Mine too.txt', spaceId, level: 'company' })
    const page = await enter(world, thomas)
    await openClient(page, 'Camille Dubois')
    await row(page, 'Mine.txt').focus()
    await page.keyboard.press('ControlOrMeta+a')
    const bar = page.getByRole('toolbar', { name: 'Selection' })
    await expect(bar).toContainText('7 selected')
    await expect(bar.getByRole('button', { name: 'Delete' })).toHaveCount(0)
    await expectNoAxeViolations(page)
    await bar.getByRole('button', { name: 'Leave out 5 that can’t be changed' }).click()
    await expect(bar).toContainText('2 selected')
    await expect(bar.getByRole('button', { name: /^Leave out/ })).toHaveCount(0)
    for (const name of ['Download', 'Move', 'Delete'])
      await expect(bar.getByRole('button', { name })).toBeVisible()

    await bar.getByRole('button', { name: 'Change visibility' }).click()
    const dialog = page.getByRole('dialog', { name: 'Visibility of 2 files' })
    await dialog.getByText('Just me', { exact: true }).click()
    await dialog.getByRole('button', { name: 'Confirm' }).click()
    for (const name of ['Mine.txt', 'Mine too.txt']) await expect(row(page, name)).toContainText('Just me')
    await undo(page, 'The visibility of 2 files')
    await expect(row(page, 'Mine.txt')).toContainText('My branch')
    await expect(row(page, 'Mine too.txt')).toContainText('My company')
  },
)

journey('what one chooses among stays where it is while one chooses', async ({ t, enter }) => {
  const { world, elise } = await setScene(t)
  for (const phone of [false, true]) {
    const page = await enter(world, elise, { phone })
    await openClient(page, 'Camille Dubois')
    const dialog = page.getByRole('dialog').last()
    const levels = dialog.locator('label')
    await choose(page, FILES.me, 'Change visibility')
    await expectStill(levels, dialog.getByText('Everybody', { exact: true }), /will newly see it/)
    await expectStill(levels, dialog.getByText('My company', { exact: true }), /^Nobody loses access/)
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)

    await openItem(page, FILES.everybody)
    await page.getByRole('button', { name: /^Who sees it:/ }).click()
    await expectStill(levels, dialog.getByText('Just me', { exact: true }), /will lose access/)
    await expectStill(levels, dialog.getByText('My branch', { exact: true }), /will lose access/)
    await expectNoAxeViolations(page)
  }
})

journey('what the client would see is what the professional is shown of it', async ({ t, enter }) => {
  const { world, elise } = await setScene(t)
  const page = await enter(world, elise)
  await openClient(page, 'Camille Dubois')
  await page.getByRole('link', { name: 'View as client' }).click()
  await expectList(page, [FILES.me_client, FILES.company_client, FILES.everybody])
  await expect(page.getByText('You see what Camille Dubois sees')).toBeVisible()
  await expectNoAxeViolations(page)
  // An address typed by hand opens nothing more.
  const view = page.url()
  await page.goto(view.replace(/\/view.*/, ''))
  await page.getByRole('link', { name: FILES.company, exact: true }).click()
  const hidden = new URL(page.url()).searchParams.get('item')
  await page.goto(`${view}?item=${hidden}`)
  const layer = page.getByRole('dialog')
  await expect(layer.getByRole('alert')).toBeVisible()
  await expect(layer.getByText(FILES.company)).toHaveCount(0)
})

journey('a colleague who may only read finds nothing that changes anything', async ({ t, enter }) => {
  const { world, paul } = await setScene(t)
  const device = await fillDevice(t, ['Progress.jpg'])
  const page = await enter(world, paul)
  await expect(page.getByRole('button', { name: 'Add a client' })).toHaveCount(0)
  await openClient(page, 'Camille Dubois')
  const { branch, company, company_client, everybody } = FILES
  const names = ['Notes', branch, company, company_client, everybody]
  await expectList(page, names)
  await expect(page.getByRole('button', { name: /^(Add|Rename|Move|Delete|Change)\b/ })).toHaveCount(0)

  for (const [name, actions] of [
    [company, ['Open', 'Download', 'Can my client see it?']],
    ['Notes', ['Open', 'Download', 'Can my client see it?']],
  ] as const) {
    await page.getByRole('button', { name: `Actions for ${name}` }).click()
    await expect(page.getByRole('menuitem')).toHaveText([...actions])
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menu')).toHaveCount(0)
  }

  await row(page, company).focus()
  await page.keyboard.press('F2')
  await page.keyboard.press('Delete')
  await page.keyboard.press('ControlOrMeta+a')
  await expect(page.getByRole('toolbar', { name: 'Selection' })).toContainText('5 selected')
  await expect(page.getByRole('toolbar', { name: 'Selection' }).getByRole('button')).toHaveCount(2)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await dropFromDevice(page, page.getByRole('grid'), [device['Progress.jpg']])
  await row(page, company).dragTo(row(page, 'Notes'))

  await openItem(page, company)
  const viewer = page.getByRole('dialog', { name: company })
  await expect(viewer.getByRole('button', { name: 'Download' })).toBeVisible()
  await expect(viewer.getByRole('button', { name: /Actions|Who sees it:/ })).toHaveCount(0)
  await expect(viewer.getByText('My company', { exact: true })).toBeVisible()
  await expectNoAxeViolations(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('link', { name: 'Stakeholders' }).click()
  await expect(page.getByRole('list', { name: 'Stakeholders' }).getByRole('listitem').first()).toBeVisible()
  await expect(page.getByRole('main').getByRole('button', { name: /Add|Archive/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'Record' }).click()
  await expect(page.getByText('Access to the app')).toBeVisible()
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0)
  await page.getByRole('link', { name: 'Files' }).click()
  await expectList(page, names)
})
