import type { Locator, Page } from '@playwright/test'
import type { Words } from '../messages.ts'

export type Person = 'nobody' | 'amelie' | 'elise' | 'sofia' | 'paul' | 'camille' | 'fatima'

/** Where things of the demo are, as one person may see them. */
export interface Places {
  /** Address of a client or a group. */
  contact: (name: string) => string
  /** Address of a folder or an opened file of Camille Dubois. */
  item: (name: string) => string
}

export interface Help {
  page: Page
  words: Words
  places: Places
  go: (path: string) => Promise<unknown>
  row: (name: string) => Locator
  press: (name: string) => Promise<void>
  choose: (name: string) => Promise<void>
}

/** A page of the demo, or what one has opened on it. */
export interface State {
  name: string
  who: Person
  open: (help: Help) => Promise<unknown>
}

export const CAMILLE = 'Camille Dubois'
const PHOTO = { name: 'Progress.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not really') }

function ofName({ words }: Pick<Help, 'words'>, what: string, name: string): string {
  return words.of_name.replace('{{what}}', what).replace('{{name}}', name).trim()
}

/** On a page of files: a row's menu, and one of its actions. */
async function act({ words, row, choose }: Help, name: string, action: string): Promise<void> {
  await row(name)
    .getByRole('button', { name: words.files_actions_of.replace('{{name}}', name) })
    .click()
  await choose(action)
}

const files = (help: Help) => help.go(help.places.contact(CAMILLE))
const viewer = (name: string) => async (help: Help) => {
  await help.go(help.places.item(name))
  await help.page.getByRole('dialog', { name }).waitFor()
}

const PROFESSIONAL: Record<string, State['open']> = {
  contacts: ({ go }) => go('/contacts'),
  'contacts-none-found': async ({ go, page, words }) => {
    await go('/contacts')
    await page.getByRole('searchbox').fill('zzz')
    await page.getByText(words.contacts_none_found, { exact: true }).waitFor()
  },
  'contacts-add-client': async ({ go, press, words }) => {
    await go('/contacts')
    await press(words.contacts_add_client)
  },
  files,
  'files-folder': ({ go, places }) => go(places.item('Programme')),
  'files-grid': async (help) => {
    await files(help)
    await help.press(help.words.files_as_grid)
    await help
      .row('Programme')
      .or(help.page.getByRole('link', { name: 'Programme' }))
      .first()
      .waitFor()
  },
  'files-selected': async (help) => {
    await files(help)
    await help.press(help.words.files_as_list).catch(() => {})
    await help.row('Gait analysis 2.png').focus()
    await help.page.keyboard.press('Space')
    await help.page.keyboard.press('Shift+ArrowDown')
  },
  'files-menu': async (help) => {
    await files(help)
    const name = help.words.files_actions_of.replace('{{name}}', 'Gait analysis 2.png')
    await help.page.getByRole('button', { name }).click()
  },
  'files-rename': async (help) => {
    await files(help)
    await act(help, 'Gait analysis 2.png', help.words.files_rename)
  },
  'files-move': async (help) => {
    await files(help)
    await act(help, 'Gait analysis 2.png', help.words.files_move)
  },
  'files-delete': async (help) => {
    await files(help)
    await act(help, 'Training log.csv', help.words.files_delete)
  },
  'files-client-sight': async (help) => {
    await files(help)
    await act(help, 'Training log.csv', help.words.client_sight_ask)
  },
  'files-level': async (help) => {
    await files(help)
    await act(help, 'Training log.csv', help.words.files_change_level)
    await help.page.locator('dialog').getByText(help.words.level_me, { exact: true }).click()
  },
  'files-add-folder': async (help) => {
    await files(help)
    await help.press(help.words.files_add_folder)
  },
  'files-add': async (help) => {
    await files(help)
    await help.page
      .locator('input[type=file]')
      .first()
      .setInputFiles([PHOTO, { ...PHOTO, name: 'Week 2.jpg' }])
    await help.page.getByRole('radio').first().waitFor({ state: 'attached' })
  },
  'files-none-found': async (help) => {
    await files(help)
    await help.page.keyboard.press('/')
    await help.page.getByRole('searchbox').fill('zzz')
    await help.page.getByText(help.words.files_found_nothing.replace('{{words}}', 'zzz')).first().waitFor()
  },
  'files-empty': ({ go, places }) => go(places.contact('Noah Côté')),
  'viewer-pdf': viewer('Home exercises – knee.pdf'),
  'viewer-image': viewer('Posture front.jpg'),
  'viewer-video': viewer('Squat technique.mp4'),
  'viewer-audio': viewer('Breathing 4-6.mp3'),
  'viewer-text': viewer('Training log.csv'),
  'viewer-of-the-client': viewer('My home gym.jpg'),
  'viewer-menu': async (help) => {
    await viewer('Posture front.jpg')(help)
    await help.press(help.words.viewer_actions)
  },
  'viewer-levels': async (help) => {
    await viewer('Home exercises – knee.pdf')(help)
    await help.page.getByRole('button', { name: ofName(help, help.words.level_choose, '') }).click()
    await help.page.locator('dialog').getByText(help.words.level_everybody, { exact: true }).click()
  },
  'viewer-who-sees': async (help) => {
    await viewer('Posture front.jpg')(help)
    await help.press(help.words.viewer_who_sees)
  },
  'viewer-gone': async ({ go, places, page, words }) => {
    await go(`${places.contact(CAMILLE)}?item=00000000-0000-4000-8000-000000000000`)
    await page.getByText(words.error_not_found).first().waitFor()
  },
  'as-client': ({ go, places }) => go(`${places.contact(CAMILLE)}/view`),
  stakeholders: ({ go, places }) => go(`${places.contact(CAMILLE)}/stakeholders`),
  record: ({ go, places }) => go(`${places.contact('Emma Lavoie')}/record`),
  'record-edit': async ({ go, places, press, words }) => {
    await go(`${places.contact('Emma Lavoie')}/record`)
    await press(words.record_edit)
  },
  group: ({ go, places }) => go(places.contact('Spring running group')),
  'group-members': ({ go, places }) => go(`${places.contact('Spring running group')}/members`),
  'account-menu': async ({ go, press }) => {
    await go('/contacts')
    await press('Élise Gagnon')
  },
  security: async ({ go, page, words }) => {
    await go('/security')
    await page.getByText(words.security_session_this).waitFor()
  },
  'security-password': async ({ go, press, words }) => {
    await go('/security')
    await press(words.security_password_change)
  },
  'security-app': async ({ go, press, page, words }) => {
    await go('/security')
    await press(words.security_app_add)
    await page.getByRole('img', { name: words.security_app_qr }).waitFor()
  },
  'not-found': ({ go }) => go('/no/such/place'),
  // The last: what it leaves undone, the next page would go on with.
  'files-uploading': async (help) => {
    await files(help)
    await help.page.route('**/api/uploads', (route) => route.abort('connectionfailed'))
    await help.page
      .locator('input[type=file]')
      .first()
      .setInputFiles([PHOTO, { ...PHOTO, name: 'Empty.jpg' }])
    await help.page.getByRole('radio').first().waitFor({ state: 'attached' })
    await help.page.locator('dialog').getByRole('button').last().click()
    await help.press(help.words.upload_show)
    await help.page.getByText(help.words.upload_unreachable).first().waitFor()
  },
}

const MANAGER: Record<string, State['open']> = {
  'stakeholders-add': async ({ go, places, press, words }) => {
    await go(`${places.contact('Chloé Pelletier')}/stakeholders`)
    await press(words.record_add_stakeholder)
  },
  'stakeholders-invite': async ({ go, places, press, words }) => {
    await go(`${places.contact('Chloé Pelletier')}/stakeholders`)
    await press(words.record_invite_external)
  },
  'record-join': async ({ go, places, press, words }) => {
    await go(places.contact('Chloé Pelletier'))
    await press(words.record_join)
  },
  notifications: ({ go }) => go('/notifications'),
  'stakeholders-archive': async ({ go, places, press, words }) => {
    await go(`${places.contact(CAMILLE)}/stakeholders`)
    await press(ofName({ words }, words.record_archive, 'Thomas Nguyen'))
  },
  'client-archive': async ({ go, places, press, words }) => {
    await go(`${places.contact('Chloé Pelletier')}/record`)
    await press(words.lives_archive)
  },
  'client-merge': async ({ go, places, press, words }) => {
    await go(`${places.contact('Chloé Pelletier')}/record`)
    await press(words.lives_merge_begin)
    await press(ofName({ words }, words.lives_merge_pick, 'Emma Lavoie'))
  },
  'clients-archived': async ({ go, page }) => {
    await go('/contacts')
    await page.locator('select').first().selectOption('archived')
  },
}

const ADMINISTRATOR: Record<string, State['open']> = {
  'administration-archive': async ({ go, press, page, words }) => {
    await go('/administration')
    await press(ofName({ words }, words.record_archive, 'Thomas Nguyen'))
    await page.locator('dialog select').selectOption({ label: 'Élise Gagnon' })
    await page.getByText(words.admin_transfer_told).waitFor()
  },
  'administration-take-over': async ({ go, press, choose, page, words }) => {
    await go('/administration')
    await press(words.admin_more_of.replace('{{name}}', 'Thomas Nguyen'))
    await choose(words.take_over_files)
    await page.getByRole('radio', { name: CAMILLE }).check()
  },
  'administration-company': async ({ go, page, words }) => {
    await go('/administration/company')
    await page.getByText(words.admin_quota).waitFor()
  },
  'administration-deleted': async ({ go, page, words }) => {
    await go('/administration/deleted')
    await page.getByText(words.deleted_none).waitFor()
  },
  'administration-check': async ({ go, page, words }) => {
    await go('/administration/check')
    await page.getByText(words.check_none).waitFor()
  },
  'viewer-take-over': async (help) => {
    await viewer('Home exercises – knee.pdf')(help)
    await help.press(help.words.viewer_actions)
    await help.choose(help.words.files_take_over)
    await help.page.getByText(help.words.take_over_reason_hint).waitFor()
  },
}

const CLIENT: Record<string, State['open']> = {
  'client-files': ({ go }) => go('/files'),
  'client-folder': ({ go, places }) => go(places.item('Progress photos')),
  'client-search': async ({ go, page, words }) => {
    await go('/files?q=zzz')
    await page.getByText(words.client_found_nothing.replace('{{words}}', 'zzz')).first().waitFor()
  },
  'client-viewer-pdf': viewer('Home exercises – knee.pdf'),
  'client-viewer-own': viewer('My home gym.jpg'),
  'client-actions': async ({ go, press, words }) => {
    await go('/files?sort=name')
    await press(words.files_actions_of.replace('{{name}}', 'My home gym.jpg'))
  },
  'client-delete': async (help) => {
    const { words, page } = help
    await help.go('/files?sort=name')
    await help.press(words.files_actions_of.replace('{{name}}', 'My home gym.jpg'))
    await page.locator('dialog').getByRole('button', { name: words.files_delete }).click()
  },
  'client-who-sees': async ({ go, press, page, words }) => {
    await go('/files?sort=name')
    await press(words.files_actions_of.replace('{{name}}', 'My home gym.jpg'))
    await page.locator('dialog').getByRole('button', { name: words.client_who_change }).click()
    await page.getByText(words.client_who_some).click()
  },
  'client-add': async ({ go, press, words }) => {
    await go('/files')
    await press(words.client_add)
  },
  'client-add-confirm': async ({ go, press, page, words }) => {
    await go('/files')
    await press(words.client_add)
    await page
      .locator('dialog input[type=file]')
      .last()
      .setInputFiles([PHOTO, { ...PHOTO, name: 'Week 2.jpg' }])
    await page.getByText(words.client_who_title_other).waitFor()
  },
  'client-professionals': async ({ go, page }) => {
    await go('/professionals')
    await page.getByText('Nadia Benali').first().waitFor()
  },
  'client-notifications': ({ go }) => go('/notifications'),
  'client-account': ({ go }) => go('/account'),
  'client-security': async ({ go, page, words }) => {
    await go('/security')
    await page.getByText(words.security_session_this).waitFor()
  },
  'client-not-found': ({ go }) => go('/no/such/place'),
}

const NOBODY: Record<string, State['open']> = {
  'sign-in': ({ go }) => go('/'),
  'sign-in-refused': async ({ go, page, words }) => {
    await go('/')
    await page.locator('input[name=email]').fill('nobody@demo.test')
    await page.locator('input[name=password]').fill('not the password')
    await page.locator('form [type=submit]').click()
    await page.getByText(words.error_wrong_credentials).first().waitFor()
  },
  'sign-in-mail': async ({ go, press, page, words }) => {
    await go('/')
    await press(words.sign_in_by_link)
    await page.getByText(words.sign_in_mail_link_lead).waitFor()
  },
  'sign-in-reset': ({ go }) => go(`/sign-in/reset#${'x'.repeat(43)}`),
  'sign-in-link-over': async ({ go, press, page, words }) => {
    await go(`/sign-in/link#${'x'.repeat(43)}`)
    await press(words.sign_in)
    await page.getByText(words.link_over_title).first().waitFor()
  },
  'invitation-over': async ({ go, page, words }) => {
    await go(`/invitation#${'x'.repeat(43)}`)
    await page.getByText(words.invitation_over_title).first().waitFor()
  },
  'request-over': async ({ go, page, words }) => {
    await go(`/request#${'x'.repeat(43)}`)
    await page.getByText(words.request_over_title).first().waitFor()
  },
  'set-up-done': ({ go }) => go(`/setup#${'x'.repeat(43)}`),
}

const states = (who: Person, all: Record<string, State['open']>): State[] =>
  Object.entries(all).map(([name, open]) => ({ name, who, open }))

/** Every page and everything that opens over one, in the order that signs in least often. */
export const STATES: readonly State[] = [
  ...states('nobody', NOBODY),
  ...states('elise', PROFESSIONAL),
  ...states('sofia', MANAGER),
  ...states('amelie', ADMINISTRATOR),
  ...states('paul', { 'read-only': files, 'read-only-viewer': viewer('Referral – Dr’s letter.pdf') }),
  ...states('camille', CLIENT),
  ...states('fatima', { 'client-of-a-group': ({ go }) => go('/files') }),
]
