import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { listOperations } from '../../server/http/operations.ts'
import { codeOf, stepAt } from '../../server/people/sign-in/totp.ts'
import { readMails } from '../mails.ts'
import { fromBase32 } from '../people/factors.ts'
import { type Browser, createWorld, PASSWORD, type World } from '../world.ts'

/** What changes nothing that the log is for, and why. */
const UNRECORDED: Record<string, string> = {
  'account.readInvitation': 'tells, and changes nothing',
  'account.changeHat': 'as whom one acts stands in each entry',
  'involvement.readRequest': 'tells, and changes nothing',
  'inbox.markRead': 'one’s own list of news',
  'files.foresee': 'tells, and changes nothing',
  'foresight.foresee': 'tells, and changes nothing',
  'security.askForPasskey': 'a question, of nobody known yet',
  'security.mailLink': 'a letter; what its link does is recorded',
  'security.signInWithCode': 'ends where signIn does, which records it',
  'security.signInWithPasskey': 'ends where signIn does, which records it',
  'security.signInWithLink': 'ends where signIn does, which records it',
  'security.beginApp': 'a proposal; it counts once confirmed',
  'security.askToMakePasskey': 'a question; the passkey is recorded',
  'security.addPasskey': 'takes an authenticator: test/people/sign-in-ways.test.ts',
  'security.renamePasskey': 'what one calls one’s own device',
  'security.removePasskey': 'takes an authenticator: test/people/sign-in-ways.test.ts',
  'account.setUp': 'there is a company only afterwards: tested below',
}

type Stage = Awaited<ReturnType<typeof furnish>>
/** Makes ready whatever an operation takes, and says who asks it for what. */
type Step = (stage: Stage) => Promise<readonly [Browser, unknown]>

const STEPS: Record<string, Step> = {
  'account.acceptInvitation': async (w) => {
    await w.ana.api.people.createClient({ name: 'New', email: 'new@carnet.test' })
    return [w.visitor, { token: await w.mailed('new@carnet.test'), password: PASSWORD }]
  },
  'account.joinCompany': async (w) => {
    await w.invite(w.people.otto.email)
    return [w.otto, { token: await w.mailed(w.people.otto.email) }]
  },
  'account.changeMe': async (w) => [w.ana, { name: 'Ana Maria' }],
  'account.eraseAccount': async (w) => [await w.someone('employee'), { password: PASSWORD }],
  'people.createClient': async (w) => [w.ana, { name: 'Another' }],
  'people.changeClient': async (w) => [w.ana, { clientId: w.people.camille.id, name: 'Camille R.' }],
  'people.inviteClient': async (w) => {
    const { id } = await w.ana.api.people.createClient({ name: 'X', email: 'x@carnet.test' })
    return [w.ana, { clientId: id }]
  },
  'people.createGroup': async (w) => [w.ana, { name: 'Group' }],
  'people.changeGroup': async (w) => [w.ana, { groupId: (await w.group()).id, name: 'Other name' }],
  'people.deleteGroup': async (w) => [w.ana, { groupId: (await w.group()).id }],
  'people.addMembers': async (w) => [
    w.ana,
    { groupId: (await w.group()).id, clientIds: [w.people.camille.id] },
  ],
  'people.removeMember': async (w) => {
    const { id } = await w.group(w.people.camille)
    return [w.ana, { groupId: id, clientId: w.people.camille.id }]
  },
  'lives.archiveClient': async (w) => [w.ana, { clientId: await w.client() }],
  'lives.restoreClient': async (w) => {
    const clientId = await w.client()
    await w.ana.api.lives.archiveClient({ clientId })
    return [w.ana, { clientId }]
  },
  'lives.changeBranches': async (w) => [w.ana, { clientId: await w.client(), branchIds: [w.branches[1]] }],
  'lives.endAppAccess': async (w) => [w.ana, { clientId: (await w.world.addClient(w.company)).id }],
  'lives.restoreAppAccess': async (w) => {
    const clientId = (await w.world.addClient(w.company)).id
    await w.ana.api.lives.endAppAccess({ clientId })
    return [w.ana, { clientId }]
  },
  'lives.mergeClients': async (w) => [w.ana, { clientId: await w.client(), otherId: await w.client() }],
  'involvement.addStakeholder': async (w) => [
    w.ana,
    { spaceId: w.spaceId, professionalId: (await w.professional('employee')).id },
  ],
  'involvement.join': async (w) => [w.ana, { spaceId: w.spaceId }],
  'involvement.archiveStakeholder': async (w) => {
    const { id } = await w.professional('employee')
    await w.ana.api.involvement.addStakeholder({ spaceId: w.spaceId, professionalId: id })
    return [w.ana, { spaceId: w.spaceId, professionalId: id }]
  },
  'involvement.inviteExternal': async (w) => [w.ana, w.external('one@carnet.test')],
  'involvement.inviteExternalAgain': async (w) => {
    const { id } = await w.ana.api.involvement.inviteExternal(w.external('two@carnet.test'))
    return [w.ana, { spaceId: w.spaceId, invitationId: id }]
  },
  'involvement.withdrawExternal': async (w) => {
    const { id } = await w.ana.api.involvement.inviteExternal(w.external('three@carnet.test'))
    return [w.ana, { spaceId: w.spaceId, invitationId: id }]
  },
  'involvement.answerRequest': async (w) => {
    const xavier = await w.world.addProfessional(await w.world.addCompany(), 'employee')
    await w.ana.api.involvement.inviteExternal(w.external(xavier.email))
    const browser = await w.world.signIn(xavier)
    const [request] = await browser.api.involvement.listRequests()
    return [browser, { requestId: request?.id, accept: true, as: xavier.id }]
  },
  'involvement.endExternal': async (w) => {
    const xavier = await w.world.addProfessional(await w.world.addCompany(), 'employee')
    await w.world.setStakeholder(w.people.camille, xavier)
    return [w.camille, { professionalId: xavier.id }]
  },
  'involvement.answerByLink': async (w) => {
    const { email } = await w.world.addClient(await w.world.addCompany())
    await w.ana.api.people.createClient({ name: 'Known', email })
    return [w.visitor, { token: await w.mailed(email), accept: true }]
  },
  'involvement.openPractice': async (w) => {
    await w.ana.api.involvement.inviteExternal(w.external('four@carnet.test'))
    const token = await w.mailed('four@carnet.test')
    return [w.visitor, { token, practice: 'Own', name: 'Four', password: PASSWORD }]
  },
  'administration.addBranch': async (w) => [w.ana, { name: 'Gatineau' }],
  'administration.changeBranch': async (w) => [w.ana, { branchId: w.branches[0], name: 'Laval-Nord' }],
  'administration.archiveBranch': async (w) => [
    w.ana,
    { branchId: (await w.ana.api.administration.addBranch({ name: 'Hull' })).id },
  ],
  'administration.restoreBranch': async (w) => {
    const branchId = (await w.ana.api.administration.addBranch({ name: 'Aylmer' })).id
    await w.ana.api.administration.archiveBranch({ branchId })
    return [w.ana, { branchId }]
  },
  'administration.inviteProfessional': async (w) => [
    w.ana,
    { name: 'I', email: 'i@carnet.test', profile: 'employee', branchIds: [w.branches[0]] },
  ],
  'administration.inviteAgain': async (w) => [w.ana, { invitationId: await w.invite('j@carnet.test') }],
  'administration.withdrawInvitation': async (w) => [
    w.ana,
    { invitationId: await w.invite('k@carnet.test') },
  ],
  'administration.changeProfessional': async (w) => [
    w.ana,
    { professionalId: (await w.professional('employee')).id, profile: 'manager' },
  ],
  'administration.archiveProfessional': async (w) => [
    w.ana,
    { professionalId: (await w.professional('employee')).id },
  ],
  'administration.changeCompany': async (w) => [w.ana, { retentionDays: 3 }],
  'custody.takeOverItem': async (w) => [w.ana, { itemId: await w.file(), reason: 'She left' }],
  'custody.takeOverSpace': async (w) => [
    w.ana,
    { spaceId: w.spaceId, professionalId: w.people.elise.id, reason: 'She left' },
  ],
  'custody.transferProfessional': async (w) => [
    w.ana,
    {
      professionalId: (await w.professional('employee')).id,
      colleagueId: (await w.professional('employee')).id,
    },
  ],
  'custody.restoreDeletion': async (w) => {
    await w.ana.api.administration.changeCompany({ retentionDays: 3 })
    const { deletionId } = await w.elise.api.files.deleteItems({ ids: [await w.file()] })
    // Once it can no longer be undone.
    w.world.pass({ seconds: 11 })
    return [w.ana, { deletionId }]
  },
  'files.createFolder': async (w) => [w.elise, { spaceId: w.spaceId, parentId: null, name: 'F' }],
  'files.renameItem': async (w) => [w.elise, { itemId: await w.file(), name: 'Renamed' }],
  'files.moveItems': async (w) => {
    const folder = await w.elise.api.files.createFolder({ spaceId: w.spaceId, parentId: null, name: 'F' })
    return [w.elise, { ids: [await w.file()], folderId: folder.id }]
  },
  'files.changeLevel': async (w) => [w.elise, { ids: [await w.file()], level: 'everybody' }],
  'files.changeAudience': async (w) => {
    const { id } = await w.camille.upload('x')
    return [w.camille, { ids: [id], audience: [w.people.elise.id] }]
  },
  'files.deleteItems': async (w) => [w.elise, { ids: [await w.file()] }],
  'files.undoDeletion': async (w) => {
    const { deletionId } = await w.elise.api.files.deleteItems({ ids: [await w.file()] })
    return [w.elise, { deletionId }]
  },
  'security.signIn': async (w) => [w.visitor, { email: w.people.elise.email, password: PASSWORD }],
  'security.resetPassword': async (w) => {
    const { email } = await w.professional('employee')
    await w.visitor.api.security.mailLink({ email, purpose: 'reset' })
    return [w.visitor, { token: await w.mailed(email), password: 'another long password' }]
  },
  'security.signOut': async (w) => [await w.someone('employee'), {}],
  'security.endSession': async (w) => {
    const who = await w.professional('employee')
    await w.world.signIn(who)
    const browser = await w.world.signIn(who)
    const { sessions } = await browser.api.security.listSessions()
    return [browser, { sessionId: sessions.find(({ current }) => !current)?.id }]
  },
  'security.endOtherSessions': async (w) => [await w.someone('employee'), {}],
  'security.changePassword': async (w) => [
    await w.someone('employee'),
    { present: PASSWORD, password: 'another long password' },
  ],
  'security.confirmApp': async (w) => {
    const browser = await w.someone('employee')
    return [browser, { code: await w.appCode(browser) }]
  },
  'security.removeApp': async (w) => [await w.withApp(), {}],
  'security.makeRecoveryCodes': async (w) => [await w.withApp(), {}],
}

test('whatever changes something leaves an entry, unless it is said here why not', async (t) => {
  const world = await createWorld(t)
  const stage = await furnish(world)
  const changing = listOperations().filter(({ method }) => method !== 'GET')
  const name = ({ noun, name }: { noun: string; name: string }) => `${noun}.${name}`
  const unknown = changing.map(name).filter((one) => !STEPS[one] && !UNRECORDED[one])
  assert.deepEqual(unknown, [], 'say here how to try it, or why it leaves no entry')
  const gone = [...Object.keys(STEPS), ...Object.keys(UNRECORDED)].filter(
    (one) => !changing.some((operation) => name(operation) === one),
  )
  assert.deepEqual(gone, [])

  const silent: string[] = []
  for (const operation of changing) {
    const step = STEPS[name(operation)]
    if (!step) continue
    const [browser, input] = await step(stage)
    const before = await countEntries(world)
    const verbs = browser.api as unknown as Record<
      string,
      Record<string, (input: unknown) => Promise<unknown>>
    >
    await assert.doesNotReject(async () => verbs[operation.noun]?.[operation.name]?.(input), name(operation))
    if ((await countEntries(world)) === before) silent.push(name(operation))
  }
  assert.deepEqual(silent, [])
})

test('the set-up is the first entry', async (t) => {
  const world = await createWorld(t)
  const token = world.setupLink?.split('#')[1] ?? ''
  const who = { name: 'Ana', email: 'ana@carnet.test', password: PASSWORD, language: 'fr' } as const
  await world.visitor().api.account.setUp({ token, practice: 'Practice', ...who })
  const { entries } = await (await world.signIn(who)).api.audit.listEntries({})
  assert.deepEqual([entries.at(-1)?.action, entries.at(-1)?.by?.name], ['company_set_up', 'Ana'])
})

async function countEntries(world: World): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from audit_entry`.execute(world.db)
  return Number(rows[0]?.count)
}

async function furnish(world: World) {
  const company = await world.addCompany({ branches: ['Laval', 'Québec'] })
  const branches = Object.values(company.branches)
  const professional = (profile: 'employee' | 'super_admin') => world.addProfessional(company, profile)
  const people = {
    ana: await professional('super_admin'),
    elise: await professional('employee'),
    otto: await world.addProfessional(await world.addCompany(), 'super_admin'),
    camille: await world.addClient(company),
  }
  await world.setStakeholder(people.camille, people.elise)
  const ana = await world.signIn(people.ana)
  const elise = await world.signIn(people.elise)
  const someone = async (profile: 'employee') => world.signIn(await professional(profile))
  const { spaceId } = people.camille

  /** The token of the newest letter to an address. */
  async function mailed(email: string): Promise<string> {
    await world.runJobs()
    const mails = (await readMails(world.dataDir)).filter(({ to }) => to === email)
    return mails.at(-1)?.link.split('#')[1] ?? ''
  }

  async function appCode(browser: Browser): Promise<string> {
    const { secret } = await browser.api.security.beginApp()
    return codeOf(fromBase32(secret), stepAt(new Date()))
  }

  return {
    world,
    company,
    branches,
    people,
    ana,
    elise,
    otto: await world.signIn(people.otto),
    camille: await world.signIn(people.camille),
    visitor: world.visitor(),
    spaceId,
    professional,
    someone,
    mailed,
    appCode,
    async withApp() {
      const browser = await someone('employee')
      await browser.api.security.confirmApp({ code: await appCode(browser) })
      return browser
    },
    group: (...members: Parameters<World['addGroup']>[1]) => world.addGroup(company, members),
    client: async () => (await ana.api.people.createClient({ name: 'Somebody' })).id,
    file: async () => (await elise.upload('x', { spaceId, level: 'company' })).id,
    external: (email: string) => ({ spaceId, email, understood: true as const }),
    invite: async (email: string) => {
      const invitation = { name: 'I', email, profile: 'employee' as const, branchIds: [branches[0] ?? ''] }
      return (await ana.api.administration.inviteProfessional(invitation)).id
    },
  }
}
